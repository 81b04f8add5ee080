using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace LogFlow.Testing;

/// <summary>
/// A process that a test started: its output is kept, it can be asked to stop, killed, and it never outlives the test.
/// </summary>
public sealed partial class ChildProcess : IAsyncDisposable
{
    /// <summary>What a terminal's Ctrl-C sends.</summary>
    public const int Sigint = 2;

    /// <summary>What a supervisor sends.</summary>
    public const int Sigterm = 15;

    private const int Sigkill = 9;
    private const int Sigstop = 19;
    private const int Sigcont = 18;

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly Lock _outputLock = new();

    private ChildProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>The process id.</summary>
    public int Id => _process.Id;

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>The exit code, once it has ended.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>What it has written so far to both streams, line by line.</summary>
    public string Output
    {
        get
        {
            lock (_outputLock)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>Starts a program.</summary>
    public static ChildProcess Start(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
        process.StandardInput.Close();
        return new ChildProcess(process);
    }

    /// <summary>Runs a program to its end and returns it; the caller looks at exit code and output.</summary>
    public static async Task<ChildProcess> RunAsync(
        string program,
        IEnumerable<string> arguments,
        TimeSpan? timeout = null,
        IReadOnlyDictionary<string, string>? environment = null)
    {
        var child = Start(program, arguments, environment);
        await child.WaitForExitAsync(timeout ?? TimeSpan.FromSeconds(120));
        return child;
    }

    /// <summary>Waits for a line that contains <paramref name="text"/> and returns that line.</summary>
    public async Task<string> WaitForLineAsync(string text, TimeSpan? timeout = null)
    {
        string? found = null;
        await Eventually.TrueAsync(
            () =>
            {
                found = Output.Split('\n').FirstOrDefault(line => line.Contains(text, StringComparison.Ordinal));
                return found is not null || HasExited;
            },
            $"a line with '{text}' from process {Id}; its output:\n{Output}",
            timeout);
        return found ?? throw new InvalidOperationException($"the process ended without '{text}':\n{Output}");
    }

    /// <summary>Sends a signal.</summary>
    public void Send(int signal) => _ = Kill(Id, signal);

    /// <summary>Asks it to stop (SIGTERM) and waits for its end.</summary>
    public async Task StopAsync(TimeSpan? timeout = null)
    {
        if (!HasExited)
        {
            _ = Kill(Id, Sigterm);
            await WaitForExitAsync(timeout ?? TimeSpan.FromSeconds(60));
        }
    }

    /// <summary>kill -9, and waits until the process is gone.</summary>
    public async Task KillAsync()
    {
        if (!HasExited)
        {
            _ = Kill(Id, Sigkill);
            await WaitForExitAsync(TimeSpan.FromSeconds(60));
        }
    }

    /// <summary>Waits for its end.</summary>
    /// <exception cref="TimeoutException">It still runs; the message holds its output.</exception>
    public async Task WaitForExitAsync(TimeSpan timeout)
    {
        using var limit = new CancellationTokenSource(timeout);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"process {Id} still runs after {timeout.TotalSeconds:0} s:\n{Output}");
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    /// <summary>Sends SIGKILL to a process that a test started through another one (a server's java, say).</summary>
    public static void KillById(int processId) => _ = Kill(processId, Sigkill);

    /// <summary>Freezes a process that a test started (SIGSTOP).</summary>
    public static void PauseById(int processId) => _ = Kill(processId, Sigstop);

    /// <summary>Lets it go on (SIGCONT).</summary>
    public static void ResumeById(int processId) => _ = Kill(processId, Sigcont);

    private void Keep(string? line)
    {
        // What Java's launcher says where JDK_JAVA_OPTIONS is set, as in CI, is not the program's.
        if (line?.StartsWith("NOTE: Picked up JDK_JAVA_OPTIONS", StringComparison.Ordinal) == false)
        {
            lock (_outputLock)
            {
                _output.Append(line).Append('\n');
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int processId, int signal);
}
