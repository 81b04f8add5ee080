using System.Buffers;

namespace LogFlow.Queue.Storage;

/// <summary>Kafka's rules for the names of topics.</summary>
public static class TopicName
{
    private const int LengthMax = 249;

    private static readonly SearchValues<char> Allowed = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");

    /// <summary>Null where the name is valid, else what is wrong, in Kafka's words.</summary>
    public static string? FindProblem(string name) => name switch
    {
        "" => "Topic name is invalid: the empty string is not allowed",
        "." or ".." => "Topic name is invalid: '.' or '..' is not allowed",
        { Length: > LengthMax } =>
            $"Topic name is invalid: the length of '{name}' is longer than the max allowed length {LengthMax}",
        _ when name.AsSpan().ContainsAnyExcept(Allowed) =>
            $"Topic name is invalid: '{name}' contains one or more characters other than ASCII alphanumerics, '.', '_' "
            + "and '-'",
        _ => null,
    };
}
