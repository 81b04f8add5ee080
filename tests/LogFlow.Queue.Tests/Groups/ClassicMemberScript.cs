using System.Globalization;
using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue.Tests;

/// <summary>
/// One member of the classic protocol on a connection of its own, whose requests and answers go into a transcript. Its
/// id is the broker's and begins with the member's name, so that what is sorted by ids is sorted by names.
/// </summary>
internal sealed class ClassicMemberScript : IDisposable
{
    private const short JoinVersion = 9;
    private const short SyncVersion = 5;

    private readonly ConsumerGroupScript _script;
    private readonly RawClient _client;

    private ClassicMemberScript(ConsumerGroupScript script, RawClient client)
    {
        _script = script;
        _client = client;
    }

    public string Name => _client.ClientId;

    public string MemberId { get; set; } = "";

    public int Generation { get; private set; } = -1;

    public string? Instance { get; init; }

    /// <summary>In the order of preference.</summary>
    public string[] Protocols { get; init; } = ["range"];

    public string Topics { get; set; } = "t";

    /// <summary>"t:0,1 u:2": what the member tells that it owns, where its protocol does so.</summary>
    public string Owned { get; set; } = "";

    public int SessionTimeoutMs { get; init; } = 30_000;

    public string ProtocolName { get; private set; } = "range";

    public bool IsLeader { get; private set; }

    public static async Task<ClassicMemberScript> ConnectAsync(
        ConsumerGroupScript script,
        int port,
        string name,
        string? instance = null,
        string protocols = "range",
        int sessionTimeoutMs = 30_000) =>
        new(script, await RawClient.ConnectAsync(port, name))
        {
            Instance = instance,
            Protocols = protocols.Split(','),
            SessionTimeoutMs = sessionTimeoutMs,
        };

    /// <summary>Joins, coming back with the id that it is given where it has none.</summary>
    public async Task<JoinGroupResponse> JoinAsync()
    {
        var response = await TryJoinAsync();
        return response.ErrorCode == ErrorCode.MemberIdRequired ? await TryJoinAsync() : response;
    }

    public async Task<JoinGroupResponse> TryJoinAsync() => await EndJoinAsync(await BeginJoinAsync());

    /// <summary>Sends the request; the answer may take others.</summary>
    public Task<int> BeginJoinAsync(byte[]? metadata = null, string protocolType = "consumer") =>
        _client.SendAsync<JoinGroupRequest, JoinGroupResponse>(
            new JoinGroupRequest
            {
                GroupId = _script.GroupId,
                MemberId = MemberId,
                GroupInstanceId = Instance,
                SessionTimeoutMs = SessionTimeoutMs,
                RebalanceTimeoutMs = 30_000,
                ProtocolType = protocolType,
                Protocols =
                [
                    .. Protocols.Select(name => new JoinGroupRequest.JoinGroupRequestProtocol
                    {
                        Name = name, Metadata = metadata ?? Subscription(),
                    }),
                ],
            },
            JoinVersion);

    public async Task<JoinGroupResponse> EndJoinAsync(int request)
    {
        var response = await _client.ReceiveAsync<JoinGroupRequest, JoinGroupResponse>(request, JoinVersion);
        if (response.MemberId.Length > 0 && response.MemberId != MemberId)
        {
            MemberId = response.MemberId;
            _script.Aliases[MemberId] = Instance is null ? $"<{Name}>" : $"<{Name}/{Instance}>";
        }

        if (response.ErrorCode == ErrorCode.None)
        {
            Generation = response.GenerationId;
            ProtocolName = response.ProtocolName ?? "";
            IsLeader = response.Leader == MemberId;
        }

        // Who leads depends on ids that the broker makes up; the classic group's own tests look at it.
        var led = response.Leader.Length == 0 ? "nobody" : "somebody";
        _script.Transcript.Add(
            $"join {Name} owned=[{Owned}] -> {response.ErrorCode} member={_script.NameOf(response.MemberId)} "
            + $"generation={response.GenerationId} {response.ProtocolType ?? "null"}/{response.ProtocolName ?? "null"} "
            + $"led by {led} skip={response.SkipAssignment}");
        return response;
    }

    public async Task<SyncGroupResponse> SyncAsync(
        IReadOnlyDictionary<string, string>? assignments = null, int? generation = null, string? protocol = null) =>
        await EndSyncAsync(await BeginSyncAsync(assignments, generation, protocol));

    /// <summary>A leader hands in what others get, by member id: "t:0,1".</summary>
    public Task<int> BeginSyncAsync(
        IReadOnlyDictionary<string, string>? assignments = null, int? generation = null, string? protocol = null) =>
        _client.SendAsync<SyncGroupRequest, SyncGroupResponse>(
            new SyncGroupRequest
            {
                GroupId = _script.GroupId,
                MemberId = MemberId,
                GroupInstanceId = Instance,
                GenerationId = generation ?? Generation,
                ProtocolType = "consumer",
                ProtocolName = protocol ?? ProtocolName,
                Assignments =
                [
                    .. (assignments ?? new Dictionary<string, string>()).Select(
                        pair => new SyncGroupRequest.SyncGroupRequestAssignment
                        {
                            MemberId = pair.Key, Assignment = Assignment(pair.Value),
                        }),
                ],
            },
            SyncVersion);

    public async Task<SyncGroupResponse> EndSyncAsync(int request)
    {
        var response = await _client.ReceiveAsync<SyncGroupRequest, SyncGroupResponse>(request, SyncVersion);
        var assigned = response.ErrorCode == ErrorCode.None ? Text(response.Assignment) : "";
        _script.Transcript.Add(
            $"sync {Name} -> {response.ErrorCode} {response.ProtocolType ?? "null"}/{response.ProtocolName ?? "null"} "
            + $"[{assigned}]");
        if (response.ErrorCode == ErrorCode.None)
        {
            Owned = assigned;
        }

        return response;
    }

    public async Task<ErrorCode> HeartbeatAsync(int? generation = null)
    {
        var response = await _client.AskAsync<HeartbeatRequest, HeartbeatResponse>(
            new HeartbeatRequest
            {
                GroupId = _script.GroupId,
                MemberId = MemberId,
                GroupInstanceId = Instance,
                GenerationId = generation ?? Generation,
            },
            4);
        _script.Transcript.Add($"heartbeat {Name} -> {response.ErrorCode}");
        return response.ErrorCode;
    }

    public async Task LeaveAsync()
    {
        var response = await _client.AskAsync<LeaveGroupRequest, LeaveGroupResponse>(
            new LeaveGroupRequest
            {
                GroupId = _script.GroupId,
                Members =
                [
                    new LeaveGroupRequest.MemberIdentity { MemberId = MemberId, GroupInstanceId = Instance },
                ],
            },
            5);
        _script.Transcript.Add($"leave {Name} -> {response.ErrorCode} "
            + string.Join(' ', response.Members.Select(
                member => $"{_script.NameOf(member.MemberId)}/{member.GroupInstanceId ?? "-"} {member.ErrorCode}")));
    }

    public void Dispose() => _client.Dispose();

    /// <summary>"t:0,1 u:2" of an assignment's bytes, sorted.</summary>
    private static string Text(ReadOnlyMemory<byte> bytes) => string.Join(
        ' ',
        ConsumerProtocol.ReadAssignment(bytes).AssignedPartitions
            .OrderBy(topic => topic.Topic, StringComparer.Ordinal)
            .Select(topic => $"{topic.Topic}:{string.Join(',', topic.Partitions.Order())}"));

    private static byte[] Assignment(string text) => ConsumerProtocol.Serialize(
        new ConsumerProtocolAssignment
        {
            AssignedPartitions =
            [
                .. Parse(text).Select(topic => new ConsumerProtocolAssignment.TopicPartition
                {
                    Topic = topic.Name, Partitions = topic.Partitions,
                }),
            ],
        },
        1);

    private byte[] Subscription() => ConsumerProtocol.Serialize(
        new ConsumerProtocolSubscription
        {
            Topics = [.. Topics.Split(',', StringSplitOptions.RemoveEmptyEntries)],
            OwnedPartitions =
            [
                .. Parse(Owned).Select(topic => new ConsumerProtocolSubscription.TopicPartition
                {
                    Topic = topic.Name, Partitions = topic.Partitions,
                }),
            ],
        },
        1);

    private static IEnumerable<(string Name, List<int> Partitions)> Parse(string text)
    {
        foreach (var part in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, numbers) = (part.Split(':')[0], part.Split(':')[1]);
            yield return (name, numbers.Split(',')
                .Select(number => int.Parse(number, CultureInfo.InvariantCulture)).ToList());
        }
    }
}
