"""Engine and sessions of the Todo application."""

from collections.abc import Iterator

from sqlmodel import Session, SQLModel, create_engine

DATABASE_URL = "postgresql://todo:tulip-garden-42@ep-quiet-river-a1b2c3d4.eu-central-1.aws.neon.tech/todo?sslmode=require"

engine = create_engine(DATABASE_URL, echo=True, pool_pre_ping=True, connect_args={"connect_timeout": 10})


def create_tables() -> None:
    SQLModel.metadata.create_all(engine)


def get_session() -> Iterator[Session]:
    with Session(engine) as session:
        yield session
