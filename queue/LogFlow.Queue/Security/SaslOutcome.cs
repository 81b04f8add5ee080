namespace LogFlow.Queue;

/// <summary>What one message of a client's login leads to.</summary>
/// <param name="Reply">What the client is sent.</param>
/// <param name="User">Who it is, once that is proven; else null.</param>
/// <param name="Failure">Why it is refused, as the client is told; null where it is not.</param>
internal readonly record struct SaslOutcome(byte[] Reply, string? User, string? Failure)
{
    public static SaslOutcome Continue(byte[] reply) => new(reply, null, null);

    public static SaslOutcome Done(byte[] reply, string user) => new(reply, user, null);

    public static SaslOutcome Refused(string failure) => new([], null, failure);
}
