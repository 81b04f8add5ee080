using LogFlow.Kafka.Protocol;
using LogFlow.Platform;

namespace LogFlow.Kafka.Client;

/// <summary>What a consumer's work has to do with its poller.</summary>
internal static class ReaderWork
{
    /// <summary>
    /// Work of the consumer that fails in a way that nobody foresaw makes its polls fail; without it the poller would
    /// wait for ever for what nobody fetches.
    /// </summary>
    public static void FailTheReader(this BackgroundWork work, PartitionStreams streams) =>
        work.StartHere("watching the reader's work", async stopping =>
        {
            try
            {
                await work.Completion.WaitAsync(stopping);
            }
            catch (BackgroundWorkException exception)
            {
                streams.Fail(new KafkaException(
                    ErrorCode.UnknownServerError, $"Reading cannot go on: {exception.Message}", exception));
            }
        });
}
