using System.Text;

namespace LogFlow.Hosting;

/// <summary>A password from where only its owner sees it.</summary>
public static class PasswordInput
{
    /// <summary>Longer is a file that was named by mistake.</summary>
    private const int LengthMax = 4096;

    /// <summary>
    /// The first line of the file, or of standard input; at a terminal it is asked for, and not shown.
    /// </summary>
    /// <exception cref="StartupException">The file cannot be read, or there is no password in it.</exception>
    public static async Task<string> ReadAsync(
        Func<Stream> openInput, string? file, TextWriter notes, CancellationToken cancellationToken)
    {
        if (file is null && !Console.IsInputRedirected && openInput == Console.OpenStandardInput)
        {
            return Require(Ask(notes, "Password: "), "no password was typed");
        }

        var source = file ?? "standard input";
        try
        {
            await using var stream = file is null ? openInput() : File.OpenRead(file);
            return Require(
                await FirstLineAsync(stream, cancellationToken), $"there is no password in {source}");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"the password cannot be read from {source}: {error.Message}", 2);
        }
    }

    private static string Require(string password, string problem) =>
        password.Length > 0 ? password : throw new StartupException(problem, 2);

    /// <summary>What somebody types at the terminal, which does not show it.</summary>
    internal static string Ask(TextWriter notes, string question)
    {
        notes.Write(question);
        var typed = new StringBuilder();
        while (Console.ReadKey(intercept: true) is var key && key.Key != ConsoleKey.Enter)
        {
            if (key.Key == ConsoleKey.Backspace)
            {
                typed.Length = Math.Max(0, typed.Length - 1);
            }
            else if (!char.IsControl(key.KeyChar))
            {
                typed.Append(key.KeyChar);
            }
        }

        notes.WriteLine();
        return typed.ToString();
    }

    private static async Task<string> FirstLineAsync(Stream stream, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var buffer = new char[LengthMax];
        var length = await reader.ReadBlockAsync(buffer, cancellationToken);
        var end = Array.IndexOf(buffer, '\n', 0, length);
        return end < 0 && length == LengthMax
            ? throw new IOException($"its first line is longer than {LengthMax} characters")
            : new string(buffer, 0, end < 0 ? length : end).TrimEnd('\r');
    }
}
