namespace LogFlow.Kafka.Client;

/// <summary>A group in full.</summary>
/// <param name="GroupId">Its name.</param>
/// <param name="State">
/// <c>Stable</c>, <c>Empty</c>, <c>PreparingRebalance</c>, <c>CompletingRebalance</c>, <c>Dead</c>; with KIP-848 also
/// <c>Assigning</c>, <c>Reconciling</c>.
/// </param>
/// <param name="Assignor">The protocol its members have agreed on.</param>
/// <param name="Members">Its members.</param>
/// <param name="Type"><c>classic</c>, or <c>consumer</c> for the protocol of KIP-848.</param>
public sealed record GroupDescription(
    string GroupId,
    string State,
    string Assignor,
    IReadOnlyList<GroupMemberDescription> Members,
    string Type = "classic");
