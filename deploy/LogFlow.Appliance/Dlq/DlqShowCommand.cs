using System.Buffers;
using System.CommandLine;
using System.Text;
using LogFlow.Processor;

namespace LogFlow.Appliance;

/// <summary><c>logflow dlq show</c>: whole dead letters, one JSON object a line.</summary>
internal static class DlqShowCommand
{
    private const int CountDefault = 10;

    /// <summary>The command for its parent.</summary>
    public static Command Create(ToolOptions options)
    {
        var filter = new DlqFilter();
        var count = new Option<int>("--count", "-c")
        {
            Description = $"Letters to show (default: {CountDefault})",
            HelpName = "N",
            DefaultValueFactory = static _ => CountDefault,
        };
        var command = new Command("show", "Whole letters as JSON: key, value, headers") { count };
        filter.AddTo(command);
        command.SetAction((parsed, cancellationToken) => ToolSession.StreamAsync(
            parsed,
            options,
            (session, stop) => RunAsync(
                session, filter.Topic(parsed), filter.Read(parsed), parsed.GetValue(count), stop),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        ToolSession session, string? name, Func<StoredDeadLetter, bool> matches, int count,
        CancellationToken cancellationToken)
    {
        using var writer = new RecordJson();
        var buffer = new ArrayBufferWriter<byte>();
        var left = count;
        foreach (var topic in await DlqReader.FindTopicsAsync(session, name, cancellationToken))
        {
            await DlqReader.ReadAsync(
                session,
                topic,
                (partition, record, letter) =>
                {
                    if (left > 0 && matches(letter))
                    {
                        left--;
                        buffer.ResetWrittenCount();
                        writer.Write(partition, record, buffer);
                        var line = Encoding.UTF8.GetString(buffer.WrittenSpan).TrimEnd('\n');
                        session.Output.WriteLine(TerminalText.Clean(line));
                    }

                    return Task.FromResult(left > 0);
                },
                cancellationToken);
        }

        return 0;
    }
}
