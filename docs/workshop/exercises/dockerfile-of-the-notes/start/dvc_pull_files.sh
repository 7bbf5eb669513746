#!/bin/sh
dvc pull
