namespace LogFlow.Kafka.Client;

/// <summary>A group in full.</summary>
/// <param name="GroupId">Its name.</param>
/// <param name="State">
/// <c>Stable</c>, <c>Empty</c>, <c>PreparingRebalance</c>, <c>CompletingRebalance</c>, <c>Dead</c>.
/// </param>
/// <param name="Assignor">The protocol its members have agreed on.</param>
/// <param name="Members">Its members.</param>
public sealed record GroupDescription(
    string GroupId, string State, string Assignor, IReadOnlyList<GroupMemberDescription> Members);
