namespace LogFlow.Processor.Pipeline;

/// <summary>Which queue record an event came from, so that its document id and dead letter can be made.</summary>
/// <param name="Partition">The number its reader gave to the topic partition.</param>
/// <param name="Offset">The record's offset in the partition.</param>
/// <param name="Part">0 for the record itself; the others of the same record (split, clone) count up from 1.</param>
public readonly record struct EventOrigin(int Partition, long Offset, int Part);
