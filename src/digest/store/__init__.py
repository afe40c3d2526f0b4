"""The database: tables, migrations, one module of queries per aggregate."""
