-- An edit changes a record's seq and body. As long as no index holds either, and there is room beside the row, PostgreSQL
-- puts the new version there and leaves the indexes alone.
ALTER TABLE record SET (fillfactor = 80);
ALTER TABLE root SET (fillfactor = 80);

-- A root has few rows: which of them are new is seen in the rows.
DROP INDEX record_root;
CREATE INDEX record_root ON record (root);

-- The customer that a conflict is about; NULL in all other records.
DROP INDEX record_conflict;
ALTER TABLE record ADD COLUMN about text COLLATE "C" GENERATED ALWAYS AS (CASE WHEN kind = 'conflict' THEN body ->> 'root' END) STORED;
CREATE INDEX record_conflict ON record (about) WHERE about IS NOT NULL;
