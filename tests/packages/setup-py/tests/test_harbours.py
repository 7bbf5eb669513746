from tide_tables.cli import list_harbours


def test_harbours_are_listed(capsys):
    list_harbours()
    assert "Husum" in capsys.readouterr().out
