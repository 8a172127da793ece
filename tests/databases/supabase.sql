-- As Supabase's documentation sets a project up, then an application with its usual mistakes.
CREATE ROLE supabase_admin SUPERUSER;
CREATE ROLE supabase_auth_admin NOLOGIN;
CREATE ROLE anon NOLOGIN;
CREATE ROLE authenticated NOLOGIN;
CREATE ROLE service_role NOLOGIN BYPASSRLS;
CREATE ROLE authenticator LOGIN NOINHERIT;
GRANT anon, authenticated, service_role TO authenticator;
GRANT USAGE ON SCHEMA public TO anon, authenticated, service_role;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON TABLES TO anon, authenticated, service_role;

CREATE SCHEMA auth AUTHORIZATION supabase_admin;
GRANT USAGE ON SCHEMA auth TO anon, authenticated, service_role;
CREATE TABLE auth.users (id uuid PRIMARY KEY, email varchar(255), encrypted_password varchar(255),
    raw_user_meta_data jsonb);
CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE AS
    $$ SELECT nullif(current_setting('request.jwt.claim.sub', true), '')::uuid $$;
CREATE FUNCTION auth.jwt() RETURNS jsonb LANGUAGE sql STABLE AS
    $$ SELECT nullif(current_setting('request.jwt.claims', true), '')::jsonb $$;
CREATE FUNCTION auth.role() RETURNS text LANGUAGE sql STABLE AS
    $$ SELECT nullif(current_setting('request.jwt.claim.role', true), '') $$;
CREATE FUNCTION auth.only_the_platform_calls_it() RETURNS int LANGUAGE sql SECURITY DEFINER AS $$ SELECT 1 $$;

CREATE SCHEMA storage AUTHORIZATION supabase_admin;
CREATE TABLE storage.objects (id uuid PRIMARY KEY, bucket_id text, owner uuid);
ALTER TABLE storage.objects ENABLE ROW LEVEL SECURITY;

-- The user management starter: right, but for calls that are made for every row.
CREATE TABLE profiles (
    id uuid PRIMARY KEY REFERENCES auth.users ON DELETE CASCADE,
    username text UNIQUE, avatar_url text, updated_at timestamptz);
ALTER TABLE profiles ENABLE ROW LEVEL SECURITY;
CREATE POLICY "Public profiles are viewable by everyone." ON profiles FOR SELECT USING (true);
CREATE POLICY "Users can insert their own profile." ON profiles FOR INSERT WITH CHECK (auth.uid() = id);
CREATE POLICY "Users can update own profile." ON profiles FOR UPDATE USING ((SELECT auth.uid()) = id);
CREATE FUNCTION handle_new_user() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS
    $$ BEGIN INSERT INTO public.profiles (id) VALUES (new.id); RETURN new; END $$;
CREATE TRIGGER on_auth_user_created AFTER INSERT ON auth.users FOR EACH ROW EXECUTE FUNCTION handle_new_user();

-- Teams, as the guide to row-level security has them.
CREATE SCHEMA private;
CREATE TABLE teams (id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY, name text NOT NULL);
CREATE TABLE team_user (team_id bigint REFERENCES teams, user_id uuid REFERENCES auth.users,
    PRIMARY KEY (team_id, user_id));
CREATE INDEX ON team_user (user_id);
ALTER TABLE teams ENABLE ROW LEVEL SECURITY;
CREATE POLICY "Team members can see" ON teams FOR SELECT TO authenticated USING (
    id IN (SELECT team_id FROM team_user WHERE user_id = (SELECT auth.uid())));
CREATE FUNCTION private.is_team_member(team bigint) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = '' AS
    $$ SELECT EXISTS (SELECT FROM public.team_user WHERE team_id = team AND user_id = (SELECT auth.uid())) $$;
GRANT USAGE ON SCHEMA private TO authenticated;
CREATE TABLE documents (id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY, team_id bigint NOT NULL REFERENCES teams,
    title text NOT NULL);
CREATE INDEX ON documents (team_id);
ALTER TABLE documents ENABLE ROW LEVEL SECURITY;
CREATE POLICY "Members work on documents" ON documents TO authenticated USING (private.is_team_member(team_id));

-- Forgotten.
CREATE TABLE api_clients (id bigint PRIMARY KEY, name text, api_key text);
CREATE TABLE feedback (id bigint PRIMARY KEY, body text);
ALTER TABLE feedback ENABLE ROW LEVEL SECURITY;
CREATE POLICY "Anybody writes" ON feedback FOR INSERT TO anon WITH CHECK (true);
CREATE TABLE admin_notes (id bigint PRIMARY KEY, body text);
ALTER TABLE admin_notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY "Admins" ON admin_notes TO authenticated USING (
    ((SELECT auth.jwt()) -> 'user_metadata' ->> 'role') = 'admin');
CREATE VIEW document_titles AS SELECT id, title FROM documents;
CREATE VIEW own_documents WITH (security_invoker = on) AS SELECT id, title FROM documents;
CREATE MATERIALIZED VIEW team_sizes AS SELECT team_id, count(*) FROM team_user GROUP BY team_id;
