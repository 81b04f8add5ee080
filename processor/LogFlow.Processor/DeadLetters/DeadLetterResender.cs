using LogFlow.Kafka.Client;
using Microsoft.Extensions.Logging;

namespace LogFlow.Processor;

/// <summary>
/// Sends the letters of the file when the queue takes them: tried again and again, rarer and rarer, as nobody tells
/// when an operator has mended what was wrong.
/// </summary>
internal sealed partial class DeadLetterResender(
    IDeadLetterTransport transport, DeadLetterFile file, TimeProvider time, ILogger logger)
{
    private const int BytesMax = 4 * 1024 * 1024;

    private static readonly TimeSpan IdleInterval = TimeSpan.FromSeconds(30);

    private readonly BackoffPolicy _backoff = new(TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(5));

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        for (var failures = 0; ;)
        {
            await Task.Delay(
                failures == 0 ? IdleInterval : _backoff.GetSlowDelay(), time, cancellationToken);
            failures = await TrySendAllAsync(cancellationToken) ? 0 : failures + 1;
        }
    }

    /// <summary>False where some are left.</summary>
    public async Task<bool> TrySendAllAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (file.Count > 0)
            {
                var letters = file.Peek(BytesMax);
                if (letters.Count == 0)
                {
                    throw new InvalidDataException("there are fewer whole lines than were counted");
                }

                if (!await TrySendAsync(letters, cancellationToken))
                {
                    return false;
                }

                file.Remove(letters.Count);
                Log.Sent(logger, letters.Count, file.Count);
            }

            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException
            or KafkaException)
        {
            Log.NotSent(logger, file.Folder, error.Message);
            return false;
        }
    }

    private async Task<bool> TrySendAsync(List<ProducerRecord> letters, CancellationToken cancellationToken)
    {
        var answers = new Task<ProduceResult>[letters.Count];
        for (var index = 0; index < letters.Count; index++)
        {
            var name = letters[index].Topic;
            var topic = await transport.PrepareAsync(name[..^".dlq".Length], cancellationToken);
            answers[index] = transport.SendAsync(letters[index] with { Topic = topic.Name }, cancellationToken);
        }

        var results = await Task.WhenAll(answers).WaitAsync(cancellationToken);
        foreach (var result in results)
        {
            if (!result.IsSuccess)
            {
                Log.NotSent(logger, file.Folder, $"{result.Error} {result.Message}".TrimEnd());
                return false;
            }
        }

        return true;
    }

    private static partial class Log
    {
        [LoggerMessage(6034, LogLevel.Information, "{Count} dead letter(s) of the file are in the queue; {Left} left.")]
        public static partial void Sent(ILogger logger, int count, long left);

        [LoggerMessage(6035, LogLevel.Warning, "The dead letters in {Folder} wait on: {Reason}")]
        public static partial void NotSent(ILogger logger, string folder, string reason);
    }
}
