-- Customers as the person sees them: the server's row with the unsent edits on top. The columns from owner on are
-- not fields: they are copied from holding, or computed, so that lists need one table.
CREATE TABLE "customer" (
	id      TEXT NOT NULL,
	root_id TEXT NOT NULL,
	seq     INTEGER NOT NULL,
	deleted INTEGER NOT NULL DEFAULT 0,
	masked  TEXT,
	extra   TEXT,
	"name" TEXT,
	"number" TEXT,
	"level" TEXT,
	"type" TEXT,
	"industry" TEXT,
	"source" TEXT,
	"mobile" TEXT,
	"phone" TEXT,
	"email" TEXT,
	"website" TEXT,
	"region" TEXT,
	"address" TEXT,
	"credit_code" TEXT,
	"tags" TEXT,
	"next_contact_at" INTEGER,
	"remark" TEXT,
	owner TEXT,
	pool TEXT,
	followed_at INTEGER,
	touched_at INTEGER,
	pooled_at INTEGER,
	due_on TEXT,
	name_key TEXT
) STRICT;
CREATE UNIQUE INDEX customer_id ON "customer" (id);

-- Who holds a customer; the id is the customer's.
CREATE TABLE "holding" (
	id      TEXT NOT NULL,
	root_id TEXT NOT NULL,
	seq     INTEGER NOT NULL,
	deleted INTEGER NOT NULL DEFAULT 0,
	masked  TEXT,
	extra   TEXT,
	"owner" TEXT,
	"pool" TEXT,
	"claimed_at" INTEGER,
	"counted_at" INTEGER,
	"followed_at" INTEGER,
	"how" TEXT,
	"reason" TEXT,
	"note" TEXT,
	"former_owner" TEXT,
	"pooled_at" INTEGER,
	"dealt_at" INTEGER,
	"locked_until" INTEGER,
	"kept_until" INTEGER,
	"rule" TEXT
) STRICT;
CREATE UNIQUE INDEX holding_id ON "holding" (id);

-- People at a customer.
CREATE TABLE "contact" (
	id      TEXT NOT NULL,
	root_id TEXT NOT NULL,
	seq     INTEGER NOT NULL,
	deleted INTEGER NOT NULL DEFAULT 0,
	masked  TEXT,
	extra   TEXT,
	"name" TEXT,
	"mobile" TEXT,
	"phone" TEXT,
	"email" TEXT,
	"wechat" TEXT,
	"position" TEXT,
	"department" TEXT,
	"sex" TEXT,
	"role" TEXT,
	"decision_maker" INTEGER,
	"primary" INTEGER,
	"remark" TEXT
) STRICT;
CREATE UNIQUE INDEX contact_id ON "contact" (id);
CREATE INDEX contact_root ON "contact" (root_id);

-- Conversations with a customer.
CREATE TABLE "followup" (
	id      TEXT NOT NULL,
	root_id TEXT NOT NULL,
	seq     INTEGER NOT NULL,
	deleted INTEGER NOT NULL DEFAULT 0,
	masked  TEXT,
	extra   TEXT,
	"method" TEXT,
	"occurred_at" INTEGER,
	"content" TEXT,
	"attitude" TEXT,
	"next_step" TEXT,
	"next_at" INTEGER,
	"contact" TEXT,
	"author" TEXT,
	"recorded_at" INTEGER,
	"received_at" INTEGER
) STRICT;
CREATE UNIQUE INDEX followup_id ON "followup" (id);
CREATE INDEX followup_root ON "followup" (root_id);

-- Things to do, for a customer or alone.
CREATE TABLE "task" (
	id      TEXT NOT NULL,
	root_id TEXT NOT NULL,
	seq     INTEGER NOT NULL,
	deleted INTEGER NOT NULL DEFAULT 0,
	masked  TEXT,
	extra   TEXT,
	"title" TEXT,
	"list" TEXT,
	"status" TEXT,
	"blocked_reason" TEXT,
	"priority" TEXT,
	"start_on" TEXT,
	"due_at" INTEGER,
	"executor" TEXT,
	"participants" TEXT,
	"contact" TEXT,
	"description" TEXT,
	"standard" TEXT,
	"tags" TEXT,
	"done_at" INTEGER,
	"creator" TEXT
) STRICT;
CREATE UNIQUE INDEX task_id ON "task" (id);
CREATE INDEX task_root ON "task" (root_id);

-- The history of who held a customer.
CREATE TABLE "holding_change" (
	id      TEXT NOT NULL,
	root_id TEXT NOT NULL,
	seq     INTEGER NOT NULL,
	deleted INTEGER NOT NULL DEFAULT 0,
	masked  TEXT,
	extra   TEXT,
	"how" TEXT,
	"from_owner" TEXT,
	"from_pool" TEXT,
	"to_owner" TEXT,
	"to_pool" TEXT,
	"by" TEXT,
	"reason" TEXT,
	"note" TEXT,
	"rule_text" TEXT,
	"days" INTEGER,
	"run" TEXT,
	"at" INTEGER,
	"asked_at" INTEGER,
	"device" TEXT
) STRICT;
CREATE UNIQUE INDEX holding_change_id ON "holding_change" (id);
CREATE INDEX holding_change_root ON "holding_change" (root_id);

-- The people directory.
CREATE TABLE "user" (
	id      TEXT NOT NULL,
	root_id TEXT NOT NULL,
	seq     INTEGER NOT NULL,
	deleted INTEGER NOT NULL DEFAULT 0,
	masked  TEXT,
	extra   TEXT,
	"login" TEXT,
	"name" TEXT,
	"department" TEXT,
	"superior" TEXT,
	"roles" TEXT,
	"disabled" INTEGER
) STRICT;
CREATE UNIQUE INDEX user_id ON "user" (id);

-- The tree of departments.
CREATE TABLE "department" (
	id      TEXT NOT NULL,
	root_id TEXT NOT NULL,
	seq     INTEGER NOT NULL,
	deleted INTEGER NOT NULL DEFAULT 0,
	masked  TEXT,
	extra   TEXT,
	"name" TEXT,
	"parent" TEXT,
	"head" TEXT
) STRICT;
CREATE UNIQUE INDEX department_id ON "department" (id);

-- Named sets of permissions.
CREATE TABLE "role" (
	id      TEXT NOT NULL,
	root_id TEXT NOT NULL,
	seq     INTEGER NOT NULL,
	deleted INTEGER NOT NULL DEFAULT 0,
	masked  TEXT,
	extra   TEXT,
	"name" TEXT,
	"name_en" TEXT,
	"super" INTEGER,
	"permissions" TEXT,
	"preset" INTEGER
) STRICT;
CREATE UNIQUE INDEX role_id ON "role" (id);

-- Entries of the dictionaries that choices are made from.
CREATE TABLE "dictionary" (
	id      TEXT NOT NULL,
	root_id TEXT NOT NULL,
	seq     INTEGER NOT NULL,
	deleted INTEGER NOT NULL DEFAULT 0,
	masked  TEXT,
	extra   TEXT,
	"list" TEXT,
	"key" TEXT,
	"label" TEXT,
	"label_en" TEXT,
	"order" INTEGER,
	"preferred" INTEGER,
	"disabled" INTEGER,
	"counts" INTEGER,
	"aliases" TEXT
) STRICT;
CREATE UNIQUE INDEX dictionary_id ON "dictionary" (id);

-- The pools with their limits and members.
CREATE TABLE "pool" (
	id      TEXT NOT NULL,
	root_id TEXT NOT NULL,
	seq     INTEGER NOT NULL,
	deleted INTEGER NOT NULL DEFAULT 0,
	masked  TEXT,
	extra   TEXT,
	"name" TEXT,
	"mode" TEXT,
	"disabled" INTEGER,
	"preferred" INTEGER,
	"departments" TEXT,
	"users" TEXT,
	"roles" TEXT,
	"admins" TEXT,
	"daily_limit" INTEGER,
	"holding_cap" INTEGER,
	"cooldown_days" INTEGER,
	"protect_hours" INTEGER,
	"hidden_fields" TEXT,
	"masked_fields" TEXT,
	"order" INTEGER
) STRICT;
CREATE UNIQUE INDEX pool_id ON "pool" (id);

-- The reclaim rules, from which this laptop computes the days to the pool.
CREATE TABLE "rule" (
	id      TEXT NOT NULL,
	root_id TEXT NOT NULL,
	seq     INTEGER NOT NULL,
	deleted INTEGER NOT NULL DEFAULT 0,
	masked  TEXT,
	extra   TEXT,
	"name" TEXT,
	"days" INTEGER,
	"everybody" INTEGER,
	"departments" TEXT,
	"users" TEXT,
	"pool" TEXT,
	"order" INTEGER,
	"disabled" INTEGER,
	"spare_dealt" INTEGER,
	"spare_locked" INTEGER,
	"effective_on" TEXT
) STRICT;
CREATE UNIQUE INDEX rule_id ON "rule" (id);

-- The company's settings: one row.
CREATE TABLE "settings" (
	id      TEXT NOT NULL,
	root_id TEXT NOT NULL,
	seq     INTEGER NOT NULL,
	deleted INTEGER NOT NULL DEFAULT 0,
	masked  TEXT,
	extra   TEXT,
	"company" TEXT,
	"zone" TEXT,
	"reclaim_at" TEXT,
	"backdate_days" INTEGER,
	"holding_cap" INTEGER,
	"grace_days" INTEGER,
	"evidence_days" INTEGER,
	"warn_days" INTEGER,
	"number_prefix" TEXT
) STRICT;
CREATE UNIQUE INDEX settings_id ON "settings" (id);

-- Messages to the user of this replica.
CREATE TABLE "notice" (
	id      TEXT NOT NULL,
	root_id TEXT NOT NULL,
	seq     INTEGER NOT NULL,
	deleted INTEGER NOT NULL DEFAULT 0,
	masked  TEXT,
	extra   TEXT,
	"user" TEXT,
	"code" TEXT,
	"params" TEXT,
	"customer" TEXT,
	"at" INTEGER,
	"read_at" INTEGER
) STRICT;
CREATE UNIQUE INDEX notice_id ON "notice" (id);

-- Fields that two people changed from the same base.
CREATE TABLE "conflict" (
	id      TEXT NOT NULL,
	root_id TEXT NOT NULL,
	seq     INTEGER NOT NULL,
	deleted INTEGER NOT NULL DEFAULT 0,
	masked  TEXT,
	extra   TEXT,
	"editor" TEXT,
	"holder" TEXT,
	"kind" TEXT,
	"record" TEXT,
	"root" TEXT,
	"title" TEXT,
	"field" TEXT,
	"base" TEXT,
	"theirs" TEXT,
	"theirs_by" TEXT,
	"theirs_at" INTEGER,
	"mine" TEXT,
	"mine_at" INTEGER,
	"found_at" INTEGER,
	"mutation" TEXT,
	"state" TEXT
) STRICT;
CREATE UNIQUE INDEX conflict_id ON "conflict" (id);

-- The lists of customers are read from this index alone: a hundred thousand rows without touching the wide table.
CREATE INDEX customer_list ON customer (owner, pool, next_contact_at, due_on, followed_at, touched_at, pooled_at, deleted, name_key, level, id);

-- The lists and counts of tasks.
CREATE INDEX task_list ON task (executor, status, list, due_at, priority, deleted, id);

-- The figures of the month.
CREATE INDEX followup_author ON followup (author, occurred_at);
