-- Deliveries in sixteen partitions, by connection: each has indexes a sixteenth as large, which stay in
-- memory, and is vacuumed by itself. crmhost notices nothing. See docs/howto/scale.md.
--
--   stop crmhost, then: psql "$CRMHOST_DATABASE_URL" -v ON_ERROR_STOP=1 -1 -f deploy/partition-deliveries.sql
--
-- It copies the table once; a million deliveries take about a minute. In one transaction (-1) it is done
-- as a whole or not at all.

ALTER TABLE deliveries RENAME TO deliveries_whole;

CREATE TABLE deliveries (LIKE deliveries_whole INCLUDING DEFAULTS) PARTITION BY HASH (connection_id);

DO $$
DECLARE
  old record;
BEGIN
  FOR part IN 0..15 LOOP
    EXECUTE format(
      'CREATE TABLE deliveries_%s PARTITION OF deliveries FOR VALUES WITH (MODULUS 16, REMAINDER %s)', part, part
    );
  END LOOP;
  INSERT INTO deliveries SELECT * FROM deliveries_whole;
  -- Each index as it was, under its name; a unique one names the connection already, but for the key.
  FOR old IN
    SELECT i.relname AS name, pg_get_indexdef(i.oid) AS words
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
    WHERE x.indrelid = 'deliveries_whole'::regclass AND NOT x.indisprimary
  LOOP
    EXECUTE format('ALTER INDEX %I RENAME TO %I', old.name, 'whole_' || left(old.name, 50));
    EXECUTE replace(old.words, 'deliveries_whole', 'deliveries');
  END LOOP;
END
$$;

ALTER TABLE deliveries_whole DROP CONSTRAINT deliveries_pkey;
ALTER TABLE deliveries ADD CONSTRAINT deliveries_pkey PRIMARY KEY (id, connection_id);
ALTER SEQUENCE deliveries_id_seq OWNED BY deliveries.id;
DROP TABLE deliveries_whole;
ANALYZE deliveries;
