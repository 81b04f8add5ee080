using System.CommandLine;

namespace LogFlow.Hosting;

/// <summary>The password of a keystore, for its commands: the variable's, else what somebody types.</summary>
internal static class KeystorePassword
{
    /// <summary>What opens the keystore that is there; null where nobody can be asked.</summary>
    public static string? Find(ParseResult parsed) =>
        FromVariable() ?? (Console.IsInputRedirected ? null : Ask(parsed, "Password of the keystore: "));

    /// <summary>The password of one that is made.</summary>
    /// <exception cref="StartupException">None is given, or it was typed differently the second time.</exception>
    public static string Choose(ParseResult parsed)
    {
        if (FromVariable() is { } given)
        {
            return given;
        }

        if (Console.IsInputRedirected)
        {
            throw new StartupException($"--password: give the password in {Keystore.PasswordVariable}", 2);
        }

        var typed = Ask(parsed, "Password of the keystore: ");
        return typed.Length > 0 && typed == Ask(parsed, "The same again: ")
            ? typed
            : throw new StartupException("the passwords are not the same, or empty; nothing was made", 2);
    }

    private static string? FromVariable() =>
        Environment.GetEnvironmentVariable(Keystore.PasswordVariable) is { Length: > 0 } given ? given : null;

    private static string Ask(ParseResult parsed, string question) =>
        PasswordInput.Ask(parsed.InvocationConfiguration.Error, question);
}
