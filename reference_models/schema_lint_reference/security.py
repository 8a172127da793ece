"""What the database itself keeps from users: roles, rights and row-level security.

The application filters by owner all the same; this holds where it forgets to. The
statements run after `create_all`, or in a revision of their own: Alembic does not see
roles, rights and policies.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection, text

# Its tables belong to the role that migrates. The application logs in as a member of
# this one, which owns nothing, and which the policies therefore bind.
ROLE = "CREATE ROLE todo_app NOLOGIN"

# Rights for what the application does, and nothing for everybody. New functions and
# tables are closed until somebody opens them.
PRIVILEGES = (
    "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
    "ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC",
    "GRANT USAGE ON SCHEMA public TO todo_app",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON tasks, tags, task_tags TO todo_app",
    "GRANT SELECT, UPDATE ON users, profiles TO todo_app",
)

# A setting of the transaction: a pool lends the connection to somebody else next.
# NULLIF: after such a transaction the setting is empty, which is no UUID. NULL equals
# nothing, so that whoever does not say who asks sees no row.
CURRENT_USER_ID = """
CREATE FUNCTION current_user_id() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('todo.user_id', true), '')::uuid
"""

# (SELECT …): asked once for a query, not once for each row, and each table has an index
# that begins with what is compared. Without WITH CHECK, USING judges new rows as well:
# nobody gives a task away. Not FORCE: migrations of the owner's have to see all rows.
ROW_SECURITY = (
    "ALTER TABLE tasks ENABLE ROW LEVEL SECURITY",
    "CREATE POLICY own_tasks ON tasks TO todo_app"
    " USING (owner_id = (SELECT current_user_id()))",
    "ALTER TABLE tags ENABLE ROW LEVEL SECURITY",
    "CREATE POLICY own_tags ON tags TO todo_app"
    " USING (owner_id = (SELECT current_user_id()))",
)

# security_invoker: policies are judged for who asks, and not for the view's owner.
# security_barrier: no function of a query sees the rows that the view leaves out.
OPEN_TASKS = (
    "CREATE VIEW open_tasks WITH (security_invoker = true, security_barrier = true) AS"
    " SELECT id, owner_id, title FROM tasks WHERE NOT completed",
    "GRANT SELECT ON open_tasks TO todo_app",
)

# With its owner's rights it counts the tasks of all. It says where names are looked
# for, temporary tables last, and only who needs it may call it.
COUNT_OPEN_TASKS = (
    "CREATE FUNCTION count_open_tasks() RETURNS bigint LANGUAGE sql STABLE"
    " SECURITY DEFINER SET search_path = public, pg_temp"
    " BEGIN ATOMIC SELECT count(*) FROM tasks WHERE NOT completed; END",
    "REVOKE EXECUTE ON FUNCTION count_open_tasks() FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION count_open_tasks() TO todo_app",
)


def secure(connection: Connection) -> None:
    """Make the role, and give it what it needs."""
    for statement in (
        ROLE,
        *PRIVILEGES,
        CURRENT_USER_ID,
        "GRANT EXECUTE ON FUNCTION current_user_id() TO todo_app",
        *ROW_SECURITY,
        *OPEN_TASKS,
        *COUNT_OPEN_TASKS,
    ):
        connection.exec_driver_sql(statement)


def act_for(connection: Connection, user_id: UUID) -> None:
    """Say who asks, until the transaction ends."""
    setting = text("SELECT set_config('todo.user_id', :user_id, true)")
    connection.execute(setting, {"user_id": str(user_id)})
