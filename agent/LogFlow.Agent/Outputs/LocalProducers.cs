using System.Security.Cryptography;

namespace LogFlow.Agent;

/// <summary>
/// Producer ids for targets that give none. They only have to tell the intents of one run from those of another.
/// </summary>
internal static class LocalProducers
{
    /// <summary>One that was not there before.</summary>
    public static ProducerId Next(TimeProvider time) => new(
        (time.GetUtcNow().ToUnixTimeMilliseconds() << 16) | (uint)RandomNumberGenerator.GetInt32(1 << 16), 0);
}
