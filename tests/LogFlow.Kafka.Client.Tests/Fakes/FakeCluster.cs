using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Net.Sockets;
using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Kafka.Client.Tests;

/// <summary>
/// Brokers in this process, reached through the client's connection seam. Frames are real; logs behave like Kafka's as
/// far as producers can tell; tests put faults in. Each connection's requests are handled in order, one at a time.
/// </summary>
internal sealed class FakeCluster : IConnectionOpener
{
    public const string Topic = "logs";

    public static readonly Guid TopicId = Guid.NewGuid();

    // Guards logs, leaders and counters.
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<FakeTransport, Task> _connections = new();
    private readonly FakeLog[] _logs;
    private readonly int[] _leaders;
    private readonly List<FetchRequest> _fetchRequests = [];
    private long _producerId = 1000;

    public FakeCluster(int partitionCount = 1, int brokerCount = 1)
    {
        _logs = [.. Enumerable.Range(0, partitionCount).Select(_ => new FakeLog())];
        _leaders = [.. Enumerable.Range(0, partitionCount).Select(index => index % brokerCount)];
        BrokerCount = brokerCount;
    }

    public int BrokerCount { get; }

    public IReadOnlyList<FakeLog> Logs => _logs;

    /// <summary>Decides on each produce request (broker, request) before it is handled.</summary>
    public Func<int, ProduceRequest, FakeFault> ProduceFault { get; set; } = static (_, _) => FakeFault.None;

    /// <summary>Answers a partition without its log being asked; null lets the log answer.</summary>
    public Func<int, int, ErrorCode?> PartitionError { get; set; } = static (_, _) => null;

    /// <summary>Answers a partition although the log has taken the batch.</summary>
    public Func<int, ErrorCode?> ErrorAfterAppend { get; set; } = static _ => null;

    /// <summary>Whether a broker refuses connections now.</summary>
    public Func<int, bool> IsDown { get; set; } = static _ => false;

    /// <summary>Awaited before a produce request is handled.</summary>
    public Func<ProduceRequest, Task> ProduceGate { get; set; } = static _ => Task.CompletedTask;

    /// <summary>Awaited before a fetch request is answered.</summary>
    public Func<FetchRequest, Task> FetchGate { get; set; } = static _ => Task.CompletedTask;

    /// <summary>
    /// Highest version of ApiVersions that is answered; above it the answer is error 35 in version 0.
    /// </summary>
    public short ApiVersionsMax { get; set; } = ApiVersionsRequest.MaxVersion;

    /// <summary>Changes a response frame, length prefix included, before it is sent.</summary>
    public Func<ApiKey, byte[], byte[]> Tamper { get; set; } = static (_, frame) => frame;

    public List<ProduceRequest> ProduceRequests { get; } = [];

    public List<ListOffsetsRequest> ListOffsetsRequests { get; } = [];

    public List<(ApiKey Key, short Version)> Requests { get; } = [];

    public KafkaClient Client(Func<KafkaClientOptions, KafkaClientOptions>? change = null) =>
        Some.Client("broker0:9092", options =>
        {
            var own = options with
            {
                ConnectionOpener = this,
                ReconnectBackoff = TimeSpan.FromMilliseconds(1),
                ReconnectBackoffMax = TimeSpan.FromMilliseconds(5),
                RetryBackoff = TimeSpan.FromMilliseconds(1),
                RetryBackoffMax = TimeSpan.FromMilliseconds(5),
            };
            return change is null ? own : change(own);
        });

    /// <summary>All fetch requests that have come.</summary>
    public List<FetchRequest> FetchesSoFar()
    {
        lock (_gate)
        {
            return [.. _fetchRequests];
        }
    }

    public void MoveLeader(int partition, int broker)
    {
        lock (_gate)
        {
            _leaders[partition] = broker;
        }
    }

    public Task<IKafkaTransport> OpenAsync(BrokerEndpoint endpoint, CancellationToken cancellationToken)
    {
        var broker = int.Parse(endpoint.Host["broker".Length..]);
        if (IsDown(broker))
        {
            throw new SocketException((int)SocketError.ConnectionRefused);
        }

        var transport = new FakeTransport();
        _connections[transport] = Task.Run(() => ServeAsync(broker, transport), CancellationToken.None);
        return Task.FromResult<IKafkaTransport>(transport);
    }

    /// <summary>Ends all connections, as a broker's crash does.</summary>
    public void DropAll()
    {
        foreach (var transport in _connections.Keys)
        {
            transport.Dispose();
        }
    }

    private async Task ServeAsync(int broker, FakeTransport transport)
    {
        try
        {
            while (await ReadFrameAsync(transport.ServerReader) is { } frame)
            {
                if (!await HandleAsync(broker, frame, transport.ServerWriter))
                {
                    break;
                }
            }
        }
        catch (Exception exception) when (exception is InvalidOperationException or IOException)
        {
            // The client has gone.
        }

        transport.CloseFromServer();
        _connections.TryRemove(transport, out _);
    }

    private async Task<bool> HandleAsync(int broker, byte[] frame, PipeWriter output)
    {
        var (header, fault, response) = await AnswerAsync(broker, frame);
        if (fault is FakeFault.LoseRequest or FakeFault.LoseResponse)
        {
            return false;
        }

        using var writer = new KafkaWriter();
        var version = header.ApiVersion;
        if (header.ApiKey == ApiKey.ApiVersions && version > ApiVersionsMax)
        {
            version = 0;
        }

        KafkaFrame.WriteResponse(writer, header.ApiKey, version, header.CorrelationId, response!);
        var bytes = Tamper(header.ApiKey, writer.ToArray());
        if (fault == FakeFault.CutResponse)
        {
            bytes = bytes[..(bytes.Length / 2)];
        }

        output.Write(bytes);
        await output.FlushAsync();
        return fault == FakeFault.None;
    }

    private async Task<(RequestHeader Header, FakeFault Fault, IKafkaMessage? Response)> AnswerAsync(
        int broker, byte[] frame)
    {
        var header = ReadHeader(frame);
        lock (_gate)
        {
            Requests.Add((header.ApiKey, header.ApiVersion));
        }

        switch (header.ApiKey)
        {
            case ApiKey.ApiVersions:
                return (header, FakeFault.None, Versions(header.ApiVersion));
            case ApiKey.Metadata:
                return (header, FakeFault.None, Describe());
            case ApiKey.InitProducerId:
                return (header, FakeFault.None, new InitProducerIdResponse
                {
                    ProducerId = Interlocked.Increment(ref _producerId),
                    ProducerEpoch = 0,
                });
            case ApiKey.Produce:
                var request = ReadBody<ProduceRequest>(frame);
                await ProduceGate(request);
                var fault = ProduceFault(broker, request);
                return (header, fault, fault == FakeFault.LoseRequest ? null : Append(broker, request));
            case ApiKey.Fetch:
                var fetch = ReadBody<FetchRequest>(frame);
                lock (_gate)
                {
                    _fetchRequests.Add(fetch);
                }

                await FetchGate(fetch);
                return (header, FakeFault.None, Fetch(broker, fetch));
            case ApiKey.ListOffsets:
                return (header, FakeFault.None, ListOffsets(broker, ReadBody<ListOffsetsRequest>(frame)));
            default:
                throw new InvalidOperationException($"The fake cluster does not know {header.ApiKey}.");
        }
    }

    private ApiVersionsResponse Versions(short version)
    {
        var response = new ApiVersionsResponse
        {
            ErrorCode = version > ApiVersionsMax ? ErrorCode.UnsupportedVersion : ErrorCode.None,
        };
        foreach (var api in KafkaApis.All)
        {
            response.ApiKeys.Add(new ApiVersionsResponse.ApiVersion
            {
                ApiKey = (short)api.Key,
                MinVersion = api.Min,
                MaxVersion = api.Key == ApiKey.ApiVersions ? ApiVersionsMax : api.Max,
            });
        }

        return response;
    }

    private MetadataResponse Describe()
    {
        lock (_gate)
        {
            var topic = new MetadataResponse.MetadataResponseTopic { Name = Topic, TopicId = TopicId };
            for (var index = 0; index < _logs.Length; index++)
            {
                topic.Partitions.Add(new MetadataResponse.MetadataResponsePartition
                {
                    PartitionIndex = index,
                    LeaderId = _leaders[index],
                });
            }

            var response = new MetadataResponse { ControllerId = 0, ClusterId = "fake", Topics = [topic] };
            for (var broker = 0; broker < BrokerCount; broker++)
            {
                response.Brokers.Add(new MetadataResponse.MetadataResponseBroker
                {
                    NodeId = broker,
                    Host = $"broker{broker}",
                    Port = 9092,
                });
            }

            return response;
        }
    }

    private ProduceResponse Append(int broker, ProduceRequest request)
    {
        var response = new ProduceResponse();
        lock (_gate)
        {
            ProduceRequests.Add(request);
            foreach (var topic in request.TopicData)
            {
                var answers = new ProduceResponse.TopicProduceResponse { Name = topic.Name };
                response.Responses.Add(answers);
                foreach (var partition in topic.PartitionData)
                {
                    var (error, offset) = Append(broker, partition);
                    answers.PartitionResponses.Add(new ProduceResponse.PartitionProduceResponse
                    {
                        Index = partition.Index,
                        ErrorCode = error,
                        BaseOffset = offset,
                    });
                }
            }
        }

        return response;
    }

    /// <summary>All batches of each partition from the wanted one on; does not wait for more.</summary>
    private FetchResponse Fetch(int broker, FetchRequest request)
    {
        var response = new FetchResponse();
        lock (_gate)
        {
            foreach (var topic in request.Topics)
            {
                var answers = new FetchResponse.FetchableTopicResponse { Topic = topic.Topic, TopicId = topic.TopicId };
                response.Responses.Add(answers);
                foreach (var partition in topic.Partitions)
                {
                    var log = _logs[partition.Partition];
                    answers.Partitions.Add(new FetchResponse.PartitionData
                    {
                        PartitionIndex = partition.Partition,
                        ErrorCode = _leaders[partition.Partition] == broker
                            ? ErrorCode.None
                            : ErrorCode.NotLeaderOrFollower,
                        HighWatermark = log.EndOffset,
                        Records = log.ReadFrom(partition.FetchOffset),
                    });
                }
            }
        }

        return response;
    }

    private ListOffsetsResponse ListOffsets(int broker, ListOffsetsRequest request)
    {
        lock (_gate)
        {
            ListOffsetsRequests.Add(request);
            return new ListOffsetsResponse
            {
                Topics = request.Topics.ConvertAll(topic => new ListOffsetsResponse.ListOffsetsTopicResponse
                {
                    Name = topic.Name,
                    Partitions = topic.Partitions.ConvertAll(
                        partition => new ListOffsetsResponse.ListOffsetsPartitionResponse
                        {
                            PartitionIndex = partition.PartitionIndex,
                            ErrorCode = PartitionError(broker, partition.PartitionIndex)
                                ?? (_leaders[partition.PartitionIndex] == broker
                                    ? ErrorCode.None
                                    : ErrorCode.NotLeaderOrFollower),
                            Offset = partition.Timestamp == ListedOffset.Latest
                                ? _logs[partition.PartitionIndex].EndOffset
                                : 0,
                        }),
                }),
            };
        }
    }

    private (ErrorCode Error, long Offset) Append(int broker, ProduceRequest.PartitionProduceData partition)
    {
        if (_leaders[partition.Index] != broker)
        {
            return (ErrorCode.NotLeaderOrFollower, -1);
        }

        if (PartitionError(broker, partition.Index) is { } refusal)
        {
            return (refusal, -1);
        }

        var (error, offset) = _logs[partition.Index].Append(partition.Records!.Value.Span);
        return error == ErrorCode.None && ErrorAfterAppend(partition.Index) is { } late ? (late, -1) : (error, offset);
    }

    private static RequestHeader ReadHeader(byte[] frame)
    {
        var reader = new KafkaReader(frame);
        return RequestHeader.Read(ref reader);
    }

    private static TRequest ReadBody<TRequest>(byte[] frame)
        where TRequest : IKafkaMessage<TRequest>
    {
        var reader = new KafkaReader(frame);
        var header = RequestHeader.Read(ref reader);
        return TRequest.Read(ref reader, header.ApiVersion);
    }

    private static async Task<byte[]?> ReadFrameAsync(PipeReader reader)
    {
        var prefix = await reader.ReadAtLeastAsync(sizeof(int));
        if (prefix.Buffer.Length < sizeof(int))
        {
            return null;
        }

        var length = BinaryPrimitives.ReadInt32BigEndian(prefix.Buffer.Slice(0, sizeof(int)).ToArray());
        reader.AdvanceTo(prefix.Buffer.GetPosition(sizeof(int)));
        if (length == 0)
        {
            return [];
        }

        var body = await reader.ReadAtLeastAsync(length);
        if (body.Buffer.Length < length)
        {
            return null;
        }

        var frame = body.Buffer.Slice(0, length).ToArray();
        reader.AdvanceTo(body.Buffer.GetPosition(length));
        return frame;
    }
}
