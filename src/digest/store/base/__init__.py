"""What every table and query stands on: engine, tables, migrations, fast rows.

Belongs: what knows of databases and not of campaigns. Does not: any query about a
post, a person, an edition or a copy.
"""
