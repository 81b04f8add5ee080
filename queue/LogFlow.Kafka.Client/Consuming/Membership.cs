namespace LogFlow.Kafka.Client;

/// <summary>What the coordinator knows a member by; every request of the group carries it.</summary>
/// <param name="MemberId">Given by the coordinator; empty before.</param>
/// <param name="Generation">−1 while the member has not joined.</param>
internal sealed record Membership(string MemberId, int Generation)
{
    public static Membership None { get; } = new("", -1);

    public bool IsMember => Generation >= 0;
}
