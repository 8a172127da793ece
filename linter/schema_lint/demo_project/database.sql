-- The Todo application's database, as it stands after two years of deployments and one bad night.
-- Its mistakes are deliberate, and so is where it differs from app/models.py.

-- `HIGH` was added to the models only.
CREATE TYPE priority AS ENUM ('LOW', 'NORMAL');

CREATE TABLE users (
    id VARCHAR(36) PRIMARY KEY,
    email VARCHAR(255) NOT NULL,
    name VARCHAR(100) NOT NULL,
    is_active BOOLEAN,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    nickname VARCHAR(40) -- no model knows it any more
);
CREATE INDEX users_email_idx ON users (email);
CREATE INDEX users_email_idx1 ON users (email); -- once more, since nobody saw the first

CREATE TABLE projects (
    id UUID PRIMARY KEY,
    name VARCHAR(100) NOT NULL,
    color VARCHAR(7) -- the models say NOT NULL
);

CREATE TABLE tasks (
    id UUID PRIMARY KEY,
    user_id VARCHAR NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    project_id UUID REFERENCES projects (id), -- the models say ON DELETE SET NULL
    title VARCHAR(200),
    description VARCHAR,
    priority priority NOT NULL,
    completed BOOLEAN NOT NULL,
    labels JSON NOT NULL, -- the models say JSONB
    due_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
-- ix_tasks_project_id was dropped in that night.

CREATE TABLE comments (
    id UUID PRIMARY KEY,
    task_id UUID NOT NULL REFERENCES tasks (id) ON DELETE CASCADE,
    author_id VARCHAR NOT NULL,
    body VARCHAR NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX ix_comments_task_id ON comments (task_id);
CREATE INDEX ix_comments_author_id ON comments (author_id);
-- Added in a hurry, and never validated.
ALTER TABLE comments ADD CONSTRAINT comments_author_id_fkey FOREIGN KEY (author_id) REFERENCES users (id) NOT VALID;

-- It runs with its owner's rights, and finds its tables wherever the caller's search_path leads.
CREATE FUNCTION close_all(owner VARCHAR) RETURNS void LANGUAGE sql SECURITY DEFINER
    AS 'UPDATE tasks SET completed = true WHERE user_id = owner';
