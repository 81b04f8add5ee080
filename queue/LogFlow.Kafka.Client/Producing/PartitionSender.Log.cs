using LogFlow.Kafka.Protocol;
using Microsoft.Extensions.Logging;

namespace LogFlow.Kafka.Client;

public sealed partial class PartitionSender
{
    private static partial class Log
    {
        [LoggerMessage(1220, LogLevel.Warning,
            "Partition {Partition} has not accepted a batch since {Since:u}: {Error}. {Reason} " +
            "Trying again until it does.")]
        public static partial void Stuck(
            ILogger logger, TopicPartition partition, ErrorCode error, DateTimeOffset since, string? reason);

        [LoggerMessage(1223, LogLevel.Error,
            "Record batches cannot be sent any more. All that are unfinished fail; they may be in their logs or not.")]
        public static partial void Failed(ILogger logger, Exception exception);

        [LoggerMessage(1221, LogLevel.Information, "Partition {Partition} accepts batches again, after {Outage}.")]
        public static partial void Unstuck(ILogger logger, TopicPartition partition, TimeSpan outage);

        [LoggerMessage(1222, LogLevel.Warning, "The leaders of topic {Topic} cannot be looked up: {Reason}")]
        public static partial void MetadataFailed(ILogger logger, string topic, string reason);
    }
}
