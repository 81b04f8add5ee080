using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Kafka.Client;

internal sealed partial class GroupMembership
{
    /// <summary>
    /// Beats from the first generation to the end, also while a listener takes its time. During a join the coordinator
    /// takes the join itself for a sign of life.
    /// </summary>
    private async Task HeartbeatLoopAsync()
    {
        while (true)
        {
            await Task.Delay(_options.HeartbeatInterval, _client.Time, _stopping);
            var membership = Current;
            if (membership.IsMember && IsStable)
            {
                await BeatAsync(membership);
            }
        }
    }

    private async Task BeatAsync(Membership membership)
    {
        var response = await _client.SendUntilAnsweredAsync<HeartbeatRequest, HeartbeatResponse>(
            BrokerTarget.CoordinatorOf(_options.GroupId) with { Lane = _lane },
            _ => new HeartbeatRequest
            {
                GroupId = _options.GroupId,
                GenerationId = membership.Generation,
                MemberId = membership.MemberId,
                GroupInstanceId = _options.GroupInstanceId,
            },
            static response => response.ErrorCode,
            _stopping,
            _options.SessionTimeout);
        switch (response.ErrorCode)
        {
            case ErrorCode.None:
                break;
            case ErrorCode.RebalanceInProgress:
                Log.Heartbeat(_logger, _options.GroupId, response.ErrorCode);
                OnRebalance(membership);
                break;
            case ErrorCode.UnknownMemberId or ErrorCode.IllegalGeneration or ErrorCode.FencedMemberEpoch:
                Log.Heartbeat(_logger, _options.GroupId, response.ErrorCode);
                OnLost(membership);
                break;
            default:
                throw Refusal(response.ErrorCode, "heartbeat");
        }
    }

    private KafkaException Refusal(ErrorCode error, string what)
    {
        var reason = error switch
        {
            ErrorCode.FencedInstanceId =>
                $"another consumer has started with the same group.instance.id '{_options.GroupInstanceId}'",
            ErrorCode.InconsistentGroupProtocol =>
                "its other members divide partitions in ways that this one is not set to " +
                "(compare partition.assignment.strategy)",
            ErrorCode.InvalidSessionTimeout =>
                $"the broker does not allow a session timeout of {_options.SessionTimeout.TotalSeconds:0.#} s",
            ErrorCode.GroupAuthorizationFailed => "this client is not allowed to use it",
            _ => error.ToString(),
        };
        return new KafkaException(error, $"Group '{_options.GroupId}' refused a {what}: {reason}.");
    }
}
