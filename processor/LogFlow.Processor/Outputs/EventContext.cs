using LogFlow.Processor.Execution;
using LogFlow.Processor.Pipeline;

namespace LogFlow.Processor.Outputs;

/// <summary>Where the event that is being encoded came from.</summary>
/// <param name="Partition">Its partition's identity.</param>
/// <param name="Offset">Its record's offset.</param>
/// <param name="Part">0 for the record's first event; the others count up.</param>
/// <param name="Now">The time of processing, one per batch.</param>
internal readonly record struct EventContext(
    PartitionIdentity Partition, long Offset, int Part, EventTimestamp Now);
