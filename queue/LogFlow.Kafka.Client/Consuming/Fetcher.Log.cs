using LogFlow.Kafka.Protocol;
using Microsoft.Extensions.Logging;

namespace LogFlow.Kafka.Client;

internal sealed partial class Fetcher
{
    private static partial class Log
    {
        [LoggerMessage(1240, LogLevel.Error,
            "{Partition}: offset {Position} is no longer in the log, which begins at {Start}: retention was faster " +
            "than this reader, and the records between are lost to it. Going on at {Target}.")]
        public static partial void RecordsGone(
            ILogger logger, TopicPartition partition, long position, long start, long target);

        [LoggerMessage(1241, LogLevel.Error,
            "{Partition}: offset {Position} is beyond the log, which ends at {End}: the log has lost records that " +
            "were read before. Going on at {Target}.")]
        public static partial void LogShrank(
            ILogger logger, TopicPartition partition, long position, long end, long target);

        [LoggerMessage(1242, LogLevel.Warning,
            "{Partition} could not be read {Failures} times in a row: {Error}. Trying again until it can.")]
        public static partial void FetchFails(ILogger logger, TopicPartition partition, int failures, ErrorCode error);

        [LoggerMessage(1243, LogLevel.Error,
            "{Partition}: what the broker holds at offset {Position} is damaged ({Reason}). Nothing is skipped: the " +
            "partition waits there and is tried again.")]
        public static partial void Damaged(ILogger logger, TopicPartition partition, long position, string reason);

        [LoggerMessage(1246, LogLevel.Error,
            "{Partition}: the batch of offsets {BaseOffset} to {LastOffset} ({Compression}, {Size} bytes) cannot be " +
            "read and never could ({Reason}). It is given to its reader as it is, and reading goes on behind it.")]
        public static partial void Undecodable(
            ILogger logger,
            TopicPartition partition,
            long baseOffset,
            long lastOffset,
            CompressionType compression,
            int size,
            string reason);

        [LoggerMessage(1244, LogLevel.Warning,
            "Topic {Topic} was deleted and made anew ({OldId} is now {NewId}); its partitions start over.")]
        public static partial void TopicRecreated(ILogger logger, string topic, Guid oldId, Guid newId);

        [LoggerMessage(1245, LogLevel.Error, "The start offset resolver failed.")]
        public static partial void ResolverFailed(ILogger logger, Exception exception);
    }
}
