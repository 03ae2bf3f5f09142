-- An edit changes a record's seq: an index that holds it is written with every edit, a page of its own for each in a
-- large book. A root has few rows: which of them are new is seen in the rows.
DROP INDEX record_root;
CREATE INDEX record_root ON record (root);

-- The customer that a conflict is about; NULL in all other records.
DROP INDEX record_conflict;
ALTER TABLE record ADD COLUMN about TEXT GENERATED ALWAYS AS (CASE WHEN kind = 'conflict' THEN body ->> 'root' END) VIRTUAL;
CREATE INDEX record_conflict ON record (about) WHERE about IS NOT NULL;
