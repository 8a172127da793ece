"""The Todo API."""

from contextlib import asynccontextmanager
from typing import Annotated
from uuid import UUID

from fastapi import Depends, FastAPI, HTTPException
from sqlmodel import Session, select

from app.db import create_tables, get_session
from app.models import Task


@asynccontextmanager
async def lifespan(app: FastAPI):
    create_tables()
    yield


app = FastAPI(title="Todo", lifespan=lifespan)
SessionDep = Annotated[Session, Depends(get_session)]


@app.get("/users/{user_id}/tasks")
def list_tasks(user_id: str, session: SessionDep, completed: bool = False):
    statement = select(Task).where(Task.user_id == user_id, Task.completed == completed)
    return session.exec(statement.order_by(Task.created_at)).all()


@app.post("/users/{user_id}/tasks", status_code=201)
def create_task(user_id: str, task: Task, session: SessionDep):
    task.user_id = user_id
    session.add(task)
    session.commit()
    session.refresh(task)
    return task


@app.post("/tasks/{task_id}/complete")
def complete_task(task_id: UUID, session: SessionDep):
    task = session.get(Task, task_id)
    if task is None:
        raise HTTPException(status_code=404)
    task.completed = True
    session.add(task)
    session.commit()
    return task
