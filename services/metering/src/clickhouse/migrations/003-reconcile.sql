-- The reconciler asks for the newest offsets of a partition: what was merged long ago is left out by this.
ALTER TABLE flux.usage ADD INDEX IF NOT EXISTS offsets offset TYPE minmax GRANULARITY 4;
