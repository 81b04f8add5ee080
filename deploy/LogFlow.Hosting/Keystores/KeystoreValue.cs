using System.CommandLine;

namespace LogFlow.Hosting;

/// <summary>
/// The value that <c>keystore add</c> takes: typed unseen, or from standard input, which may have lines (a key).
/// </summary>
internal static class KeystoreValue
{
    private const int LengthMax = 64 << 10;

    /// <summary>Reads it.</summary>
    /// <param name="parsed">The command.</param>
    /// <param name="name">Whose value it is.</param>
    /// <param name="input">Where it is read from; null: where standard input leads, or from who types.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="StartupException">There is none, or it is too long.</exception>
    public static async Task<string> ReadAsync(
        ParseResult parsed, string name, TextReader? input, CancellationToken cancellationToken)
    {
        var value = input is not null || Console.IsInputRedirected
            ? WithoutLineEnd(await ReadInputAsync(name, input ?? Console.In, cancellationToken))
            : PasswordInput.Ask(parsed.InvocationConfiguration.Error, $"Value of {name}: ");
        return value.Length > 0 ? value : throw new StartupException($"there is no value for {name}: it is empty", 2);
    }

    private static async Task<string> ReadInputAsync(
        string name, TextReader input, CancellationToken cancellationToken)
    {
        var buffer = new char[LengthMax + 1];
        var length = await input.ReadBlockAsync(buffer, cancellationToken);
        return length <= LengthMax
            ? new string(buffer, 0, length)
            : throw new StartupException($"the value of {name} is longer than {LengthMax} characters", 2);
    }

    private static string WithoutLineEnd(string text) =>
        text.EndsWith("\r\n", StringComparison.Ordinal) ? text[..^2]
        : text.EndsWith('\n') ? text[..^1]
        : text;
}
