using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using LogFlow.Hosting;
using Microsoft.Extensions.Logging;

namespace LogFlow.Agent;

/// <summary>
/// <c>journald</c>: entries of systemd's journal, from the program <c>journalctl</c>. Each entry's cursor stands in the
/// spool beside it, so a start goes on behind the last entry that was taken: none is lost, and none taken twice.
/// </summary>
internal sealed partial class JournalReceiver(ReceiveContext context) : IReceiver
{
    private const int BufferSize = 64 << 10;
    private const int ErrorLengthMax = 1000;

    private static readonly TimeSpan PauseMin = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(30);

    private InputConfig Config => context.Config;

    /// <inheritdoc/>
    public void Open()
    {
        try
        {
            using var process = Start(["--version"]);
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
        }
        catch (Exception error) when (error is Win32Exception or InvalidOperationException)
        {
            throw new StartupException(
                $"the input of type 'journald' cannot run '{Config.JournalctlPath}': {error.Message}; install systemd, "
                + "or name the program in 'journalctl_path'");
        }
    }

    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken stopping)
    {
        var pause = PauseMin;
        while (true)
        {
            var taken = context.Counters.Received;
            var reason = await TryFollowAsync(stopping);
            pause = context.Counters.Received > taken ? PauseMin : pause * 2 < PauseMax ? pause * 2 : PauseMax;
            Log.Ended(context.Logger, context.InputId, Config.JournalctlPath, reason, pause.TotalSeconds);
            await Task.Delay(pause, context.Time, stopping);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>The arguments by which entries behind a cursor are printed, or followed.</summary>
    internal List<string> Arguments(string? cursor, bool follows)
    {
        List<string> arguments = ["--output=json", "--no-pager", "--all"];
        if (follows)
        {
            arguments.Add("--follow");
        }

        if (cursor is not null)
        {
            arguments.AddRange([$"--after-cursor={cursor}", "--no-tail"]);
        }
        else if (Config.Seek == JournalSeek.Since)
        {
            var since = context.Time.GetUtcNow() - Config.Since.Duration();
            arguments.AddRange(
                [$"--since=@{since.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)}", "--no-tail"]);
        }
        else
        {
            arguments.Add(Config.Seek == JournalSeek.Tail ? "--lines=0" : "--no-tail");
        }

        arguments.AddRange(Place());
        arguments.AddRange(Config.Units.Select(static unit => $"--unit={unit}"));
        arguments.AddRange(Config.SyslogIdentifiers.Select(static name => $"--identifier={name}"));
        arguments.AddRange(Config.Facilities.Select(static facility => $"--facility={facility}"));
        arguments.AddRange(Config.Transports.Select(static transport => $"_TRANSPORT={transport}"));
        arguments.AddRange(Config.IncludeMatches);
        return arguments;
    }

    private IEnumerable<string> Place() =>
        from path in Config.Paths
        select Directory.Exists(path) ? $"--directory={path}" : $"--file={path}";

    private async Task<string> TryFollowAsync(CancellationToken stopping)
    {
        try
        {
            if (context.Spool.Cursor is null && Config.Seek == JournalSeek.Tail)
            {
                await RememberTailAsync(stopping);
            }

            // To follow shows the present boot alone: what earlier ones left is taken before.
            await RunAsync(Arguments(context.Spool.Cursor, follows: false), stopping);
            return await RunAsync(Arguments(context.Spool.Cursor, follows: true), stopping);
        }
        catch (Exception error) when (error is Win32Exception or IOException or InvalidOperationException)
        {
            context.Counters.AddError();
            return error.Message;
        }
    }

    /// <summary>Takes what the program prints, until it ends; says how it did.</summary>
    private async Task<string> RunAsync(List<string> arguments, CancellationToken stopping)
    {
        using var process = Start(arguments);

        // A read that waits for a pipe ends by its end.
        await using var ending = stopping.Register(() => process.Kill(entireProcessTree: true));
        try
        {
            var errors = ReadErrorsAsync(process.StandardError, stopping);
            await ReceiveAsync(process.StandardOutput.BaseStream, stopping);
            await process.WaitForExitAsync(stopping);
            return $"it ended with {process.ExitCode}: {await errors}";
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }

    /// <summary>
    /// With <c>seek: tail</c> the journal's end is remembered first: else what comes while the agent is away, before it
    /// has taken anything, would be passed over.
    /// </summary>
    private async Task RememberTailAsync(CancellationToken stopping)
    {
        using var process = Start(["--output=json", "--no-pager", "--lines=1", .. Place()]);
        var line = await process.StandardOutput.ReadToEndAsync(stopping);
        await process.WaitForExitAsync(stopping);
        if (JournalEntry.TryRead(Encoding.UTF8.GetBytes(line.Trim()), int.MaxValue, default) is { } last)
        {
            var note = new SpoolLines(context.Time);
            note.AddHeader(0, last.Cursor);
            await context.Spool.AppendAsync(note, stopping);
        }
    }

    private async Task ReceiveAsync(Stream output, CancellationToken stopping)
    {
        var lines = new SpoolLines(context.Time);
        var lengthMax = new SpoolPlace("", context.LengthMax).LineLengthMax;
        using var splitter = new MessageSplitter(
            MessageFraming.Delimiter, [(byte)'\n'], lengthMax, new ReceiveRoom(2L * lengthMax),
            (line, isCut) => Take(line, isCut, lines));
        var buffer = new byte[BufferSize];
        while (await output.ReadAsync(buffer, stopping) is > 0 and var read)
        {
            splitter.Feed(buffer.AsSpan(0, read));
            await context.AppendAsync(lines, stopping);
        }

        // What has no end was not whole: it comes again behind the cursor.
    }

    private void Take(ReadOnlySpan<byte> line, bool isCut, SpoolLines lines)
    {
        if (!isCut && JournalEntry.TryRead(line, context.LengthMax, context.Time.GetUtcNow()) is { } entry)
        {
            lines.Add(entry);
        }
        else if (!line.IsEmpty)
        {
            // An entry of many megabytes, or no entry: what there is of it is an event all the same.
            Log.NotAnEntry(context.Logger, context.InputId, Config.JournalctlPath, line.Length);
            lines.Add(line[..Math.Min(line.Length, context.LengthMax)], isTruncated: true);
        }
    }

    private static async Task<string> ReadErrorsAsync(StreamReader errors, CancellationToken stopping)
    {
        var last = "";
        while (await errors.ReadLineAsync(stopping) is { } line)
        {
            last = line.Length > ErrorLengthMax ? line[..ErrorLengthMax] : line;
        }

        return last;
    }

    private Process Start(IEnumerable<string> arguments) => Process.Start(new ProcessStartInfo(
        Config.JournalctlPath, arguments)
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        UseShellExecute = false,
    })!;

    private static partial class Log
    {
        [LoggerMessage(4620, LogLevel.Warning,
            "Input {Input}: {Program} is not there any more: {Reason}. It is begun again in {Seconds} s, behind the "
            + "last entry")]
        public static partial void Ended(ILogger logger, string input, string program, string reason, double seconds);

        [LoggerMessage(4621, LogLevel.Warning,
            "Input {Input}: {Program} wrote {Bytes} bytes that are no entry, or too many of one; they are sent as they "
            + "are")]
        public static partial void NotAnEntry(ILogger logger, string input, string program, int bytes);
    }
}
