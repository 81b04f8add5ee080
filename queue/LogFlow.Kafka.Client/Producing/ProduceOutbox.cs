using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Kafka.Client;

/// <summary>What goes to one broker: the connection and the request being put together.</summary>
internal sealed class ProduceOutbox(BrokerNode node)
{
    // Up to 12 a topic goes by its name, which is what the caller knows it by.
    public const short ProduceVersionMax = 12;

    private const short AllInSyncReplicas = -1;

    private readonly List<OutgoingBatch> _batches = [];
    private long _bytes;

    public BrokerNode Node => node;

    public KafkaConnection? Connection { get; set; }

    public bool IsConnecting { get; set; }

    public int RequestsInFlight { get; set; }

    public bool HasBatches => _batches.Count > 0;

    public bool HasRoomFor(OutgoingBatch batch, int bytesMax) =>
        _batches.Count == 0 || _bytes + batch.Bytes.Length <= bytesMax;

    public void Add(OutgoingBatch batch)
    {
        _batches.Add(batch);
        _bytes += batch.Bytes.Length;
    }

    /// <summary>The batches added since the last time, at most one of each partition.</summary>
    public OutgoingBatch[] TakeBatches()
    {
        var batches = _batches.ToArray();
        _batches.Clear();
        _bytes = 0;
        return batches;
    }

    public static ProduceRequest BuildRequest(OutgoingBatch[] batches, TimeSpan ackTimeout)
    {
        var request = new ProduceRequest { Acks = AllInSyncReplicas, TimeoutMs = (int)ackTimeout.TotalMilliseconds };
        foreach (var batch in batches)
        {
            var topic = request.TopicData.Find(data => data.Name == batch.Partition.Topic);
            if (topic is null)
            {
                topic = new ProduceRequest.TopicProduceData { Name = batch.Partition.Topic };
                request.TopicData.Add(topic);
            }

            topic.PartitionData.Add(
                new ProduceRequest.PartitionProduceData { Index = batch.Partition.Partition, Records = batch.Bytes });
        }

        return request;
    }
}
