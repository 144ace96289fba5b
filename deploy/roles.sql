-- Roles, database and rights of Tsunagi, for PostgreSQL 15 or later.
--
-- For operators: run this with psql 15 or later as a superuser, or as a role with
-- CREATEROLE and CREATEDB, before the first migration. The passwords come from the
-- environment, so that they stand neither in a file nor in the process list:
--
--   export TSUNAGI_OWNER_PASSWORD='…' TSUNAGI_APP_PASSWORD='…'
--   psql -X -d postgres -f deploy/roles.sql
--
-- Each must have 16 characters or more. A server that logs every DDL statement
-- (log_statement = ddl or all) logs the passwords too: give it SCRAM verifiers
-- ('SCRAM-SHA-256$4096:…') in their place.
--
-- It may be run again at any time, to change the passwords or to put the rights back;
-- a run that fails says why and leaves nothing that a further run would not mend.
-- The embedded server runs the same statements at every start.
--
--   tsunagi_owner  owns the database and all it holds; only migrations connect as it
--   tsunagi_app    the running service: owns nothing, may do what migrations grant it
--
-- On a server that is Tsunagi's alone, also keep tsunagi_app out of the other databases:
--   REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC;

\set ON_ERROR_STOP on
\set owner_password ''
\set app_password ''
\getenv owner_password TSUNAGI_OWNER_PASSWORD
\getenv app_password TSUNAGI_APP_PASSWORD

SELECT length(:'owner_password') < 16 OR length(:'app_password') < 16 AS passwords_missing \gset
\if :passwords_missing
DO $$ BEGIN
  RAISE EXCEPTION 'Set TSUNAGI_OWNER_PASSWORD and TSUNAGI_APP_PASSWORD to 16 characters or more.';
END $$;
\endif

-- 1. Roles -------------------------------------------------------------------------

SET client_min_messages = warning;
SET password_encryption = 'scram-sha-256';

SELECT format('CREATE ROLE %I NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION', name)
FROM unnest(ARRAY['tsunagi_owner', 'tsunagi_app']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec

ALTER ROLE tsunagi_owner LOGIN PASSWORD :'owner_password';
ALTER ROLE tsunagi_app LOGIN PASSWORD :'app_password';

ALTER ROLE tsunagi_app SET statement_timeout = '30s';
ALTER ROLE tsunagi_app SET lock_timeout = '10s';
ALTER ROLE tsunagi_app SET idle_in_transaction_session_timeout = '60s';
ALTER ROLE tsunagi_app SET timezone = 'UTC';
-- Statements look into the months of ten years and take milliseconds: compiling them takes longer.
ALTER ROLE tsunagi_app SET jit = off;

-- An operator who is no superuser must belong to the owner to act for it below.
SELECT 'GRANT tsunagi_owner TO CURRENT_USER'
FROM pg_roles WHERE rolname = current_user AND NOT rolsuper \gexec

-- 2. Database ----------------------------------------------------------------------

-- Order and case of text must not depend on the machine: code points, Unicode case.
SELECT 'CREATE DATABASE tsunagi OWNER tsunagi_owner TEMPLATE template0 ENCODING ''UTF8'' '
  || CASE WHEN current_setting('server_version_num')::int >= 170000
          THEN 'LOCALE_PROVIDER builtin BUILTIN_LOCALE ''C.UTF-8'' LOCALE ''C'''
          ELSE 'LOCALE_PROVIDER libc LC_COLLATE ''C'' LC_CTYPE ''C.UTF-8''' END
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'tsunagi') \gexec

\connect tsunagi

-- 3. Rights ------------------------------------------------------------------------

BEGIN;
ALTER DATABASE tsunagi OWNER TO tsunagi_owner;
REVOKE ALL ON DATABASE tsunagi FROM PUBLIC, tsunagi_app;
GRANT CONNECT ON DATABASE tsunagi TO tsunagi_app;

ALTER SCHEMA public OWNER TO tsunagi_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC, tsunagi_app;
GRANT USAGE ON SCHEMA public TO tsunagi_app;

-- PostgreSQL lets everyone execute new functions and use new types, unless told not to.
ALTER DEFAULT PRIVILEGES FOR ROLE tsunagi_owner REVOKE ALL ON ROUTINES FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE tsunagi_owner REVOKE ALL ON TYPES FROM PUBLIC;

-- 4. Proof -------------------------------------------------------------------------

DO $$
DECLARE
  wrong text;
BEGIN
  SELECT string_agg(rolname, ', ') INTO wrong
  FROM pg_roles
  WHERE rolname IN ('tsunagi_owner', 'tsunagi_app')
    AND (rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole OR rolreplication);
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'Too powerful: %. Let a superuser run ALTER ROLE … NOSUPERUSER NOBYPASSRLS '
      'NOCREATEDB NOCREATEROLE NOREPLICATION.', wrong;
  END IF;
  SELECT string_agg(roleid::regrole::text, ', ') INTO wrong
  FROM pg_auth_members WHERE member = 'tsunagi_app'::regrole;
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'tsunagi_app must belong to no other role, but belongs to %. REVOKE that.', wrong;
  END IF;
END $$;
COMMIT;
