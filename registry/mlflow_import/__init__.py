"""Take over experiments, runs and models from another MLflow server, again and again, without losing or doubling any.

`remote` asks, `readers` turns what it answers into plain values, and the modules named after records write them down
through the same services that MLflow's clients use here. Which record of ours stands for which one there is a row of
ImportedRecord, written with the record: a sync that stops in the middle goes on from those rows.
"""
