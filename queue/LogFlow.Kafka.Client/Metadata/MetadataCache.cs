using System.Collections.Frozen;
using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Kafka.Client;

/// <summary>
/// Topics, leaders and brokers. One request at a time asks for all topics in use, so that a failover with many waiting
/// partitions costs one round trip. Metadata errors wait and ask again; only the caller's cancellation ends that.
/// </summary>
internal sealed class MetadataCache(KafkaClient client, KafkaClientOptions options, TimeProvider time)
{
    private readonly AsyncLock _refreshing = new();

    // Guards the two below.
    private readonly Lock _gate = new();
    private readonly HashSet<string> _stale = [];
    private ClusterSnapshot _current = ClusterSnapshot.Empty;

    public ClusterSnapshot Current
    {
        get
        {
            lock (_gate)
            {
                return _current;
            }
        }
    }

    /// <summary>Says that a broker disagreed with what is known of the topic; the next look-up asks again.</summary>
    public void Invalidate(string topic)
    {
        lock (_gate)
        {
            _stale.Add(topic);
        }
    }

    /// <summary>The topic from the cache while it is fresh.</summary>
    public TopicMetadata? Find(string topic)
    {
        lock (_gate)
        {
            return _current.Topics.TryGetValue(topic, out var found)
                && !_stale.Contains(topic)
                && time.GetElapsedTime(found.FetchedAt) < options.MetadataMaxAge
                    ? found
                    : null;
        }
    }

    public async ValueTask<TopicMetadata> GetTopicAsync(
        string topic, bool allowAutoCreate, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            var found = Find(topic);
            if (found is null || found.Error != ErrorCode.None)
            {
                var asked = time.GetTimestamp();
                await RefreshAsync([topic], allowAutoCreate, asked, cancellationToken);
                found = Current.Topics.GetValueOrDefault(topic);
            }

            // A topic that is being created has no leaders yet.
            var unsettled = found is null
                || found.Error is ErrorCode.LeaderNotAvailable
                || (found.Error == ErrorCode.UnknownTopicOrPartition && allowAutoCreate);
            if (found is not null && (!unsettled || time.GetElapsedTime(started) > options.ApiTimeout))
            {
                return found;
            }

            await client.BackOffAsync(attempt, cancellationToken);
        }
    }

    /// <summary>Asks the cluster, unless somebody did after <paramref name="askedAt"/>.</summary>
    public async Task RefreshAsync(
        IReadOnlyCollection<string> topics, bool allowAutoCreate, long askedAt, CancellationToken cancellationToken)
    {
        using var turn = await _refreshing.EnterAsync(cancellationToken);
        var known = Current;
        if (topics.Count > 0 && topics.All(topic => IsNewerThan(known, topic, askedAt)))
        {
            return;
        }

        var wanted = known.Topics.Keys.Union(topics).ToList();
        var response = await client.SendUntilAnsweredAsync<MetadataRequest, MetadataResponse>(
            BrokerTarget.Any,
            _ => Build(wanted, allowAutoCreate),
            static response => response.ErrorCode,
            cancellationToken);
        Apply(response);
    }

    private static bool IsNewerThan(ClusterSnapshot snapshot, string topic, long askedAt) =>
        snapshot.Topics.TryGetValue(topic, out var found) && found.FetchedAt > askedAt;

    private static MetadataRequest Build(List<string> topics, bool allowAutoCreate) => new()
    {
        Topics = topics.ConvertAll(static name => new MetadataRequest.MetadataRequestTopic { Name = name }),

        // Before version 4 the broker's own setting decides.
        AllowAutoTopicCreation = allowAutoCreate,
    };

    public static IReadOnlyList<TopicMetadata> ReadTopics(MetadataResponse response, long now) =>
        [.. response.Topics.Where(static topic => topic.Name is not null).Select(topic => ToMetadata(topic, now))];

    private void Apply(MetadataResponse response)
    {
        var now = time.GetTimestamp();
        var brokers = response.Brokers.ToFrozenDictionary(
            static broker => broker.NodeId, static broker => new BrokerEndpoint(broker.Host, broker.Port));
        var topics = ReadTopics(response, now).ToFrozenDictionary(static topic => topic.Name);
        lock (_gate)
        {
            _current = new ClusterSnapshot(response.ClusterId, response.ControllerId, brokers, topics);
            _stale.Clear();
        }
    }

    private static TopicMetadata ToMetadata(MetadataResponse.MetadataResponseTopic topic, long now)
    {
        var partitions = topic.Partitions
            .Select(static partition => new PartitionMetadata(
                partition.PartitionIndex, partition.LeaderId, partition.LeaderEpoch, partition.ErrorCode))
            .OrderBy(static partition => partition.Index)
            .ToArray();
        var error = topic.ErrorCode;

        // Indexes are array positions everywhere else; a topic that is half created is not ready.
        for (var index = 0; index < partitions.Length && error == ErrorCode.None; index++)
        {
            error = partitions[index].Index == index ? ErrorCode.None : ErrorCode.LeaderNotAvailable;
        }

        return new TopicMetadata(topic.Name!, topic.TopicId, error, error == ErrorCode.None ? partitions : [], now);
    }
}
