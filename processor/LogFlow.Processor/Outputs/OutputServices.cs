using LogFlow.Processor.DeadLetters;
using LogFlow.Processor.Elasticsearch;
using Microsoft.Extensions.Logging;

namespace LogFlow.Processor.Outputs;

/// <summary>What outputs share.</summary>
internal sealed record OutputServices(
    ILoggerFactory Loggers, TimeProvider Time, IDeadLetterSink DeadLetters, ElasticsearchMetrics? Elasticsearch)
{
    /// <summary>
    /// Asks the input to read a partition again from an offset, because an output has lost what came after it. The
    /// window given is closed.
    /// </summary>
    public Action<Execution.PartitionWindow, long?> SeekBack { get; set; } = static (_, _) => { };
}
