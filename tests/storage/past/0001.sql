BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL,
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE column_mappings (
	header_fingerprint TEXT NOT NULL,
	mapping JSON NOT NULL,
	updated_at DATETIME NOT NULL,
	CONSTRAINT pk_column_mappings PRIMARY KEY (header_fingerprint)
);
INSERT INTO "column_mappings" VALUES('header','{"Gr\u00f6\u00dfe": "annual_income", "off": null}','2026-11-21 20:08:31.288808');
CREATE TABLE datasets (
	id TEXT NOT NULL,
	name TEXT NOT NULL,
	created_at DATETIME NOT NULL,
	rows BIGINT NOT NULL,
	columns JSON NOT NULL,
	fingerprint TEXT NOT NULL,
	header_fingerprint TEXT NOT NULL,
	source JSON NOT NULL,
	file_name TEXT NOT NULL,
	parent_id TEXT,
	lineage TEXT,
	CONSTRAINT pk_datasets PRIMARY KEY (id),
	CONSTRAINT ck_datasets_lineage CHECK (lineage IN ('replaced', 'appended')),
	CONSTRAINT ck_datasets_rows CHECK (rows >= 0),
	CONSTRAINT uq_datasets_file_name UNIQUE (file_name),
	CONSTRAINT fk_datasets_parent_id FOREIGN KEY(parent_id) REFERENCES datasets (id) ON DELETE SET NULL
);
INSERT INTO "datasets" VALUES('6a0f4b4e-0000-4000-8000-000000000001','Kunden 1','2026-11-21 20:08:31.222134',201,'[{"name": "Gr\u00f6\u00dfe", "kind": "number", "off_because": null}]','fingerprint 1','header','{"encoding": "utf-8", "rejected": 1}','table-1.csv',NULL,NULL);
INSERT INTO "datasets" VALUES('6a0f4b4e-0000-4000-8000-000000000002','Kunden 2','2026-11-21 20:08:31.254427',202,'[{"name": "Gr\u00f6\u00dfe", "kind": "number", "off_because": null}]','fingerprint 2','header','{"encoding": "utf-8", "rejected": 2}','table-2.csv','6a0f4b4e-0000-4000-8000-000000000001','appended');
CREATE TABLE jobs (
	id TEXT NOT NULL,
	kind TEXT NOT NULL,
	payload JSON NOT NULL,
	status TEXT NOT NULL,
	progress DOUBLE NOT NULL,
	words TEXT NOT NULL,
	result JSON,
	failure JSON,
	attempts INTEGER NOT NULL,
	worker TEXT,
	lease_until DATETIME,
	fence BIGINT NOT NULL,
	cancel_requested BOOLEAN NOT NULL,
	idempotency_key TEXT,
	body_hash TEXT,
	created_at DATETIME NOT NULL,
	started_at DATETIME,
	finished_at DATETIME,
	CONSTRAINT pk_jobs PRIMARY KEY (id),
	CONSTRAINT ck_jobs_status CHECK (status IN ('pending', 'running', 'completed', 'failed', 'cancelled')),
	CONSTRAINT ck_jobs_progress CHECK (progress BETWEEN 0 AND 1),
	CONSTRAINT uq_jobs_idempotency_key UNIQUE (idempotency_key)
);
INSERT INTO "jobs" VALUES('33951b7d-e9e3-451a-9404-e51f95be03fc','training','{"recipe": "mall", "seed": 7}','completed',1.0,'','{"version": 1, "silhouette": 0.5539}',NULL,1,'worker',NULL,1,FALSE,'key 1','57f6b451e81f1f111054d84ee85bec1b380c6461c036f9bb7e4a20bdbeb46b65','2026-11-21 20:08:31.297642','2026-11-21 20:08:31.340970','2026-11-21 20:08:31.349116');
INSERT INTO "jobs" VALUES('de85e234-a0ef-4494-b762-c0e4c9db436a','import','{"upload": "u", "big": 1152921504606846976}','pending',0.0,'',NULL,NULL,0,NULL,'2026-11-21 20:08:31.355502',0,FALSE,NULL,NULL,'2026-11-21 20:08:31.355502',NULL,NULL);
CREATE TABLE segment_edits (
	id TEXT NOT NULL,
	recipe TEXT NOT NULL,
	segment_id BIGINT NOT NULL,
	name TEXT,
	slot INTEGER,
	description TEXT,
	strategy JSON,
	edited_at DATETIME NOT NULL,
	CONSTRAINT pk_segment_edits PRIMARY KEY (id),
	CONSTRAINT uq_segment_edits_recipe UNIQUE (recipe, segment_id),
	CONSTRAINT ck_segment_edits_slot CHECK (slot BETWEEN 1 AND 8)
);
INSERT INTO "segment_edits" VALUES('12770bc1-f2c4-4c16-becf-c875d65a2b93','mall',3,'It''s ours',8,NULL,'["a", "b"]','2026-11-21 20:08:31.290722');
CREATE INDEX ix_datasets_created_at_id ON datasets (created_at, id);
CREATE INDEX ix_datasets_fingerprint ON datasets (fingerprint);
CREATE INDEX ix_datasets_parent_id ON datasets (parent_id);
CREATE INDEX ix_jobs_created_at_id ON jobs (created_at, id);
CREATE INDEX ix_jobs_lease_until ON jobs (lease_until);
COMMIT;
