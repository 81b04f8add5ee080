using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using LogFlow.Bulk;
using LogFlow.Hosting;

namespace LogFlow.Appliance;

/// <summary>
/// Runs a program, without a shell: nothing of a log can become a command. It succeeds with exit code 0; when its time
/// is over it is ended with all that it has started.
/// </summary>
internal sealed class ExecAction(AlertExecConfig config)
    : AlertAction("exec", LogText.Escape(Path.GetFileName(config.Command[0])))
{
    /// <summary>Characters of its output that are kept for the message of a failure.</summary>
    private const int OutputMax = 1000;

    /// <inheritdoc/>
    public override Task SendAsync(AlertNotification notification, CancellationToken cancellationToken) =>
        WithinAsync(config.Timeout, async patience =>
        {
            using var process = Start(notification);
            try
            {
                var output = ReadAsync(process.StandardOutput, patience);
                var errors = ReadAsync(process.StandardError, patience);
                await WriteAsync(process, notification, patience);
                await process.WaitForExitAsync(patience);
                var said = await errors is { Length: > 0 } text ? text : await output;
                if (process.ExitCode != 0)
                {
                    throw new AlertActionException($"it ended with {process.ExitCode}"
                        + (said.Length > 0 ? $": {LogText.Escape(ShortText.Of(said))}" : ", and said nothing"));
                }
            }
            finally
            {
                End(process);
            }
        }, cancellationToken);

    private Process Start(AlertNotification notification)
    {
        var start = new ProcessStartInfo(config.Command[0], config.Command.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            UseShellExecute = false,
        };
        foreach (var (name, value) in Variables(notification))
        {
            start.Environment[$"LOGFLOW_ALERT_{name}"] = value;
        }

        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception error)
        {
            throw new AlertActionException($"it cannot be started: {error.Message}");
        }
    }

    private static IEnumerable<(string Name, string Value)> Variables(AlertNotification notification) =>
    [
        ("ID", notification.Id),
        ("NAME", notification.Name),
        ("STATE", notification.State),
        ("COUNT", notification.Count.ToString(CultureInfo.InvariantCulture)),
        ("CONDITION", notification.Condition),
        ("QUERY", notification.Query),
        ("INDEX", notification.Index),
        ("FROM", notification.From.ToString("O", CultureInfo.InvariantCulture)),
        ("TO", notification.To.ToString("O", CultureInfo.InvariantCulture)),
        ("SINCE", notification.Since.ToString("O", CultureInfo.InvariantCulture)),
        ("LINK", notification.Link),
    ];

    /// <summary>Many programs never read it: that is no failure.</summary>
    private static async Task WriteAsync(
        Process process, AlertNotification notification, CancellationToken cancellationToken)
    {
        try
        {
            await process.StandardInput.WriteLineAsync(notification.ToJson().AsMemory(), cancellationToken);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended, or has closed its input.
        }
    }

    /// <summary>To the end, so that it never waits for us; the beginning is kept.</summary>
    private static async Task<string> ReadAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        var kept = new StringBuilder();
        var buffer = new char[1024];
        int read;
        while ((read = await reader.ReadAsync(buffer, cancellationToken)) > 0)
        {
            kept.Append(buffer, 0, Math.Min(read, OutputMax - kept.Length));
        }

        return kept.ToString().Trim();
    }

    private static void End(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception error) when (error is InvalidOperationException or Win32Exception)
        {
            // It has ended by itself.
        }
    }
}
