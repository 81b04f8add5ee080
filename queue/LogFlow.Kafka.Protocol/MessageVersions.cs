namespace LogFlow.Kafka.Protocol;

/// <summary>What generated code does about versions when it cannot go on.</summary>
internal static class MessageVersions
{
    public static void Check(string message, short version, short min, short max)
    {
        if (version < min || version > max)
        {
            throw new ArgumentOutOfRangeException(
                nameof(version), version, $"{message} has versions {min} to {max}.");
        }
    }

    public static InvalidOperationException NullNotAllowed(string field, short version) =>
        new($"{field} cannot be null in version {version}.");
}
