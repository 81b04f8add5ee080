using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>ConsumerGroupHeartbeat</b>, API key 68, versions 0-1 (KIP-848).</para>
/// <para>Behaviour: joins (epoch 0), keeps alive, updates and leaves (-1; -2: a static member that will be back). The
/// answer carries the member's epoch and, where it changed or was asked for, its partitions; it comes when the state
/// behind it is durable. The rules are in <see cref="ConsumerMembership"/>.</para>
/// <para>Versions: 1 the member makes its own id, and may subscribe by a pattern over topic names.</para>
/// <para>Deviations from Apache Kafka: a pattern is resolved at once instead of in the background.</para>
/// </summary>
internal sealed class ConsumerGroupHeartbeatHandler(GroupCoordinator coordinator)
    : TypedRequestHandler<ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse>
{
    /// <summary>From here on the member makes its own id (KIP-1082).</summary>
    private const short FirstVersionWithMemberId = 1;

    protected override async ValueTask<ConsumerGroupHeartbeatResponse?> HandleAsync(
        ConsumerGroupHeartbeatRequest request, RequestContext context)
    {
        if (FindProblem(request, context.Version) is { } problem)
        {
            return Refusal(ErrorCode.InvalidRequest, problem);
        }

        if (!string.IsNullOrEmpty(request.SubscribedTopicRegex)
            && TopicPattern.TryCreate(request.SubscribedTopicRegex, out var syntaxProblem) is null)
        {
            return Refusal(
                ErrorCode.InvalidRegularExpression,
                $"SubscribedTopicRegex `{request.SubscribedTopicRegex}` is not a valid regular expression: "
                + syntaxProblem);
        }

        var assignors = coordinator.Settings.Consumer.Assignors;
        if (request.ServerAssignor is { } assignor && !assignors.Contains(assignor))
        {
            return Refusal(
                ErrorCode.UnsupportedAssignor,
                $"ServerAssignor {assignor} is not supported. Supported assignors: {string.Join(", ", assignors)}.");
        }

        return ToResponse(await coordinator.HeartbeatAsync(request.GroupId, ToInput(request, context)));
    }

    private static string? FindProblem(ConsumerGroupHeartbeatRequest request, short version)
    {
        var epoch = request.MemberEpoch;
        var needsMemberId = version >= FirstVersionWithMemberId
            || epoch is > ConsumerHeartbeatInput.JoinEpoch or ConsumerHeartbeatInput.LeaveEpoch;
        return request.MemberId.Length == 0 && needsMemberId ? "MemberId can't be empty."
            : request.GroupId.Length == 0 ? "GroupId can't be empty."
            : request.InstanceId is "" ? "InstanceId can't be empty."
            : request.RackId is "" ? "RackId can't be empty."
            : epoch < ConsumerHeartbeatInput.LeaveStaticEpoch ? "MemberEpoch is invalid."
            : epoch == ConsumerHeartbeatInput.LeaveStaticEpoch && request.InstanceId is null
                ? "InstanceId can't be null."
            : epoch == ConsumerHeartbeatInput.JoinEpoch ? FindJoinProblem(request)
            : null;
    }

    private static string? FindJoinProblem(ConsumerGroupHeartbeatRequest request) =>
        request.RebalanceTimeoutMs == -1 ? "RebalanceTimeoutMs must be provided in first request."
        : request.TopicPartitions is not { Count: 0 } ? "TopicPartitions must be empty when (re-)joining."
        : request.SubscribedTopicNames is null && request.SubscribedTopicRegex is null
            ? "Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when (re-)joining."
        : null;

    private static ConsumerHeartbeatInput ToInput(
        ConsumerGroupHeartbeatRequest request, RequestContext context) => new()
        {
            MemberId = request.MemberId,
            MemberEpoch = request.MemberEpoch,
            InstanceId = request.InstanceId,
            RackId = request.RackId,
            ClientId = context.ClientId,
            ClientHost = context.Connection.ClientAddress,
            RebalanceTimeoutMs = request.RebalanceTimeoutMs,
            SubscribedTopics = request.SubscribedTopicNames,
            SubscribedRegex = request.SubscribedTopicRegex,
            ServerAssignor = request.ServerAssignor,
            Owned = request.TopicPartitions is { } owned
            ? PartitionAssignment.Create(owned.Select(
                topic => KeyValuePair.Create(topic.TopicId, (IEnumerable<int>)topic.Partitions)))
            : null,
        };

    private static ConsumerGroupHeartbeatResponse Refusal(ErrorCode error, string message) =>
        new() { ErrorCode = error, ErrorMessage = message };

    private static ConsumerGroupHeartbeatResponse ToResponse(ConsumerHeartbeatResult result)
    {
        var response = new ConsumerGroupHeartbeatResponse
        {
            ErrorCode = result.Error,
            ErrorMessage = result.Message,
            MemberId = result.MemberId,
            MemberEpoch = result.MemberEpoch,
            HeartbeatIntervalMs = result.HeartbeatIntervalMs,
        };
        if (result.Assignment is { } assignment)
        {
            response.Assignment = new ConsumerGroupHeartbeatResponse.AssignmentData();
            foreach (var (topicId, partitions) in assignment.Topics)
            {
                response.Assignment.TopicPartitions.Add(new ConsumerGroupHeartbeatResponse.TopicPartitions
                {
                    TopicId = topicId,
                    Partitions = [.. partitions],
                });
            }
        }

        return response;
    }
}
