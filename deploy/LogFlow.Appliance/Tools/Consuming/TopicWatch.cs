using LogFlow.Hosting;
using LogFlow.Kafka.Client;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Appliance;

/// <summary>
/// Looks, while nothing comes, whether the topic is still there. The client waits for a topic that is missing, which
/// is right for a service and wrong at a prompt. Costs nothing while what the client knows of the topic is fresh.
/// </summary>
internal sealed class TopicWatch(KafkaClient client, ConsumeOptions options, TopicMetadata topic)
{
    /// <summary>How often to look while nothing comes.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    // A broker of a cluster may be behind the others for a moment, so that one answer alone proves nothing.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private long? _missingSince;

    /// <exception cref="StartupException">What is read is gone: nothing more can come.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        var found = await client.GetTopicAsync(options.Topic, allowAutoCreate: false, cancellationToken);
        if (found.Error == ErrorCode.UnknownTopicOrPartition)
        {
            _missingSince ??= TimeProvider.System.GetTimestamp();
            if (TimeProvider.System.GetElapsedTime(_missingSince.Value) >= Grace)
            {
                throw new StartupException(TerminalText.Clean(
                    $"topic '{options.Topic}' was deleted while it was read: nothing more can come. "
                    + "'logflow topics list' shows the topics that there are"));
            }

            return;
        }

        _missingSince = null;
        if (found.Error != ErrorCode.None)
        {
            Topics.ThrowIfUnusable(found);
            return;
        }

        // Following goes on with the new topic, and the client says so; the ends that --exit waits for were the old's.
        if (options.IsExit && found.TopicId != topic.TopicId)
        {
            throw new StartupException(
                $"topic '{options.Topic}' was deleted and made anew while it was read: give the command again to read "
                + "the new one");
        }

        Topics.ThrowIfNoSuchPartition(found, options.Partition);
    }
}
