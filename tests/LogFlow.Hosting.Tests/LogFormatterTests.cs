using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace LogFlow.Hosting.Tests;

public class LogFormatterTests
{
    [Theory]
    [InlineData(false, "Z WARN  queue: it broke: outer: inner")]
    [InlineData(true, "<4>queue: it broke: outer: inner")]
    public void Write_Error_NamesCausesWithoutAStackTrace(bool isJournal, string expected) => Assert.EndsWith(
        expected + Environment.NewLine,
        Write(isJournal, "it broke", new IOException("outer", new IOException("inner"))),
        StringComparison.Ordinal);

    [Theory]
    [InlineData("a\nERROR forged", "a\\nERROR forged")]
    [InlineData("\e]0;title\a\e[2J", "\\u001b]0;title\\u0007\\u001b[2J")]
    [InlineData("\u202egpj.exe", "\\u202egpj.exe")]
    [InlineData("\u2066x\u2069\u0085\u009b", "\\u2066x\\u2069\\u0085\\u009b")]
    [InlineData("Grüße, 日本", "Grüße, 日本")]
    public void Write_TextFromElsewhere_CannotCommandTheTerminal(string text, string expected)
    {
        Assert.EndsWith(
            $"queue: {expected}{Environment.NewLine}", Write(true, text, null), StringComparison.Ordinal);
        Assert.EndsWith(
            $"queue: x: {expected}{Environment.NewLine}",
            Write(true, "x", new IOException(text)),
            StringComparison.Ordinal);
    }

    private static string Write(bool isJournal, string message, Exception? error)
    {
        var output = new StringWriter();
        var formatter = new LogFormatter(
            Options.Create(new LogFormatterOptions { IsJournal = isJournal }), TimeProvider.System);
        formatter.Write(
            new LogEntry<string>(
                LogLevel.Warning,
                "LogFlow.Queue.Storage.LogManager",
                default,
                message,
                error,
                static (text, _) => text),
            null,
            output);
        return output.ToString();
    }
}
