"""What the machine calls somebody who has an account is kept with it."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database to this revision."""
    with op.batch_alter_table("account") as table:
        table.add_column(sa.Column("login_name", sa.String(80), nullable=True))
        table.create_unique_constraint("uq_account_login_name", ["login_name"])


def downgrade() -> None:
    """Take the database back to the revision before."""
    with op.batch_alter_table("account") as table:
        table.drop_constraint("uq_account_login_name", type_="unique")
        table.drop_column("login_name")
