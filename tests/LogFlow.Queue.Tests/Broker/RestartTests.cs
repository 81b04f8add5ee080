using System.Net;
using System.Net.Sockets;
using LogFlow.Hosting;
using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue.Tests;

public sealed class RestartTests
{
    [Fact]
    public async Task Restart_RecordsOffsetsGroupsIdsAndConfigs_Survive()
    {
        using var directory = new TempDirectory();
        string memberId;
        long producerId;
        Guid topicId;
        string clusterId;
        await using (var queue = await TestQueue.StartAsync(directory))
        {
            using var client = await queue.ConnectAsync();
            await client.CreateTopicAsync("logs", 2, ("retention.ms", "3600000"));
            producerId = await InitProducerIdAsync(client);
            await client.ProduceOneAsync("logs", Some.Batch(5, "kept", producerId, 0, 0));
            memberId = await JoinAndSyncAsync(client);
            Assert.Equal(ErrorCode.None, await CommitAsync(client, memberId, 3));
            (topicId, clusterId) = await IdsAsync(client);
        }

        await using (var queue = await TestQueue.StartAsync(directory))
        {
            using var client = await queue.ConnectAsync();
            Assert.Equal((topicId, clusterId), await IdsAsync(client));
            Assert.Equal(5, Some.Values((await client.FetchOneAsync("logs", 0)).Records).Count);
            Assert.Equal(3, await CommittedAsync(client));

            // The member goes on as if nothing had happened.
            Assert.Equal(ErrorCode.None, await HeartbeatAsync(client, memberId));
            Assert.Equal(ErrorCode.None, await CommitAsync(client, memberId, 5));

            // The producer's retry is recognised, and its next batch continues the sequence.
            var again = await client.ProduceOneAsync("logs", Some.Batch(5, "kept", producerId, 0, 0));
            Assert.Equal((ErrorCode.None, 0L), (again.ErrorCode, again.BaseOffset));
            var next = await client.ProduceOneAsync("logs", Some.Batch(1, "next", producerId, 0, 5));
            Assert.Equal((ErrorCode.None, 5L), (next.ErrorCode, next.BaseOffset));
            Assert.True(await InitProducerIdAsync(client) > producerId);
        }
    }

    [Fact]
    public async Task Start_PortInUse_NamesPortAndKey()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        var error = await Assert.ThrowsAsync<StartupException>(
            () => TestQueue.StartAsync(config => config.Listeners = [$"127.0.0.1:{port}"]));
        Assert.Contains($"port {port}", error.Message, StringComparison.Ordinal);
        Assert.Contains("'listeners'", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, error.ExitCode);
    }

    [Fact]
    public async Task Start_FolderInUse_NamesTheKey()
    {
        using var directory = new TempDirectory();
        await using var queue = await TestQueue.StartAsync(directory);
        var error = await Assert.ThrowsAsync<StartupException>(() => TestQueue.StartAsync(directory));
        Assert.Contains(directory.Path, error.Message, StringComparison.Ordinal);
        Assert.Contains("log.dirs", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_InvalidConfig_ListsEveryProblem()
    {
        var error = await Assert.ThrowsAsync<StartupException>(() => TestQueue.StartAsync(config =>
        {
            config.Listeners = ["nowhere"];
            config.NumPartitions = 0;
            config.CompressionType = "brotli";
        }));
        Assert.Equal(2, error.ExitCode);
        foreach (var key in new[] { "listeners", "num.partitions", "compression.type" })
        {
            Assert.Contains(key, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Stop_LongPollAndJoinUnderWay_EndsQuicklyAndAnswersProduce()
    {
        await using var queue = await TestQueue.StartAsync();
        using var poller = await queue.ConnectAsync();
        using var producer = await queue.ConnectAsync();
        await producer.CreateTopicAsync("logs");
        await poller.SendAsync<FetchRequest, FetchResponse>(Some.Fetch("logs", 0, maxWaitMs: 600_000), 11);
        var sent = await producer.SendAsync<ProduceRequest, ProduceResponse>(Some.Produce("logs", 0, Some.Batch()), 9);
        var response = await producer.ReceiveAsync<ProduceRequest, ProduceResponse>(sent, 9);
        Assert.Equal(ErrorCode.None, response.Responses[0].PartitionResponses[0].ErrorCode);

        await queue.Service.StopAsync(CancellationToken.None);
        Assert.True(queue.Service.Completion.IsCompletedSuccessfully);
        Assert.False(queue.Service.CheckHealth().IsReady);
    }

    [Fact]
    public async Task Status_AfterTraffic_ShowsOffsetsAndLag()
    {
        await using var queue = await TestQueue.StartAsync();
        using var client = await queue.ConnectAsync();
        await client.CreateTopicAsync("logs", partitions: 3);
        await client.ProduceOneAsync("logs", Some.Batch(10));
        var memberId = await JoinAndSyncAsync(client);
        await CommitAsync(client, memberId, 4);

        // A partition that nobody has: its records are behind as any other's.
        await client.ProduceAsync("logs", 2, Some.Batch(5));

        var status = queue.Service.GetStatus();
        Assert.Equal(15, status.RecordsIn);
        Assert.Equal(10, status.Topics.Single().Partitions[0].HighWatermark);
        Assert.True(status.BytesOnDisk > 0);
        var group = Assert.Single(status.Groups);
        Assert.Equal(("Stable", 1, 11L), (group.State, group.MemberCount, group.TotalLag));
        Assert.Equal(
            [("logs", 0, 4, 6), ("logs", 2, QueueGroupOffset.NothingCommitted, 5)],
            group.Offsets.Select(offset => (offset.Topic, offset.Partition, offset.CommittedOffset, offset.Lag)));
        Assert.True(queue.Service.CheckHealth().IsReady);
    }

    private static async Task<(Guid TopicId, string ClusterId)> IdsAsync(RawClient client)
    {
        var metadata = await client.AskAsync<MetadataRequest, MetadataResponse>(
            new MetadataRequest { Topics = null }, 12);
        return (metadata.Topics.Single().TopicId, metadata.ClusterId!);
    }

    private static async Task<long> InitProducerIdAsync(RawClient client) =>
        (await client.AskAsync<InitProducerIdRequest, InitProducerIdResponse>(
            new InitProducerIdRequest { TransactionalId = null }, 3)).ProducerId;

    private static async Task<string> JoinAndSyncAsync(RawClient client)
    {
        var join = new JoinGroupRequest
        {
            GroupId = "g",
            SessionTimeoutMs = 30_000,
            RebalanceTimeoutMs = 30_000,
            ProtocolType = "consumer",
            Protocols = [new JoinGroupRequest.JoinGroupRequestProtocol { Name = "range", Metadata = new byte[] { 1 } }],
        };
        var asked = await client.AskAsync<JoinGroupRequest, JoinGroupResponse>(join, 7);
        Assert.Equal(ErrorCode.MemberIdRequired, asked.ErrorCode);
        join.MemberId = asked.MemberId;
        var joined = await client.AskAsync<JoinGroupRequest, JoinGroupResponse>(join, 7);
        Assert.Equal((ErrorCode.None, 1), (joined.ErrorCode, joined.GenerationId));
        var synced = await client.AskAsync<SyncGroupRequest, SyncGroupResponse>(
            new SyncGroupRequest
            {
                GroupId = "g",
                GenerationId = 1,
                MemberId = joined.MemberId,
                ProtocolType = "consumer",
                ProtocolName = "range",
                Assignments =
                [
                    new SyncGroupRequest.SyncGroupRequestAssignment
                    {
                        MemberId = joined.MemberId, Assignment = new byte[] { 7 },
                    },
                ],
            },
            5);
        Assert.Equal(ErrorCode.None, synced.ErrorCode);
        Assert.Equal([7], synced.Assignment.ToArray());
        return joined.MemberId;
    }

    private static async Task<ErrorCode> HeartbeatAsync(RawClient client, string memberId) =>
        (await client.AskAsync<HeartbeatRequest, HeartbeatResponse>(
            new HeartbeatRequest { GroupId = "g", GenerationId = 1, MemberId = memberId }, 4)).ErrorCode;

    private static async Task<ErrorCode> CommitAsync(RawClient client, string memberId, long offset)
    {
        var response = await client.AskAsync<OffsetCommitRequest, OffsetCommitResponse>(
            new OffsetCommitRequest
            {
                GroupId = "g",
                GenerationIdOrMemberEpoch = 1,
                MemberId = memberId,
                Topics =
                [
                    new OffsetCommitRequest.OffsetCommitRequestTopic
                    {
                        Name = "logs",
                        Partitions =
                        [
                            new OffsetCommitRequest.OffsetCommitRequestPartition
                            {
                                PartitionIndex = 0, CommittedOffset = offset, CommittedMetadata = "note",
                            },
                        ],
                    },
                ],
            },
            8);
        return response.Topics[0].Partitions[0].ErrorCode;
    }

    private static async Task<long> CommittedAsync(RawClient client)
    {
        var response = await client.AskAsync<OffsetFetchRequest, OffsetFetchResponse>(
            new OffsetFetchRequest
            {
                Groups = [new OffsetFetchRequest.OffsetFetchRequestGroup { GroupId = "g", Topics = null }],
            },
            8);
        var partition = response.Groups[0].Topics.Single().Partitions.Single();
        Assert.Equal("note", partition.Metadata);
        return partition.CommittedOffset;
    }
}
