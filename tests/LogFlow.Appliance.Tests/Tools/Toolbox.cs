using System.Text;
using LogFlow.Hosting;

namespace LogFlow.Appliance.Tests;

/// <summary>Runs commands as the executable does, in this process, against one broker.</summary>
internal sealed class Toolbox(string bootstrap, string? commandConfig = null)
{
    /// <summary>Runs a command without input.</summary>
    public Task<ToolRun> RunAsync(params string[] arguments) => RunAsync("", arguments);

    /// <summary>Runs a command with this on standard input.</summary>
    public Task<ToolRun> RunAsync(string input, string[] arguments) => RunAsync(input, new MemoryStream(), arguments);

    /// <summary>Runs a command that goes on; once it has printed a record, something happens.</summary>
    public async Task<ToolRun> FollowAsync(Func<Task> onFirstRecord, params string[] arguments)
    {
        var records = new FirstWriteStream();
        var running = RunAsync("", records, arguments);
        if (await Task.WhenAny(records.FirstWrite, running) != running)
        {
            await onFirstRecord();
        }

        return await running.WaitAsync(TimeSpan.FromMinutes(3));
    }

    private async Task<ToolRun> RunAsync(string input, MemoryStream records, string[] arguments)
    {
        var tools = new ToolOptions
        {
            OpenInput = () => new MemoryStream(Encoding.UTF8.GetBytes(input)),
            OpenOutput = () => records,
        };
        var output = new StringWriter { NewLine = "\n" };
        var notes = new StringWriter { NewLine = "\n" };
        string[] security = commandConfig is null ? [] : ["--command-config", commandConfig];
        var parsed = ApplianceCommandLine.Build(tools).Parse(
            [.. arguments, "--bootstrap-server", bootstrap, .. security]);
        Assert.Empty(parsed.Errors);
        int exitCode;
        try
        {
            exitCode = await parsed.InvokeAsync(
                new() { Output = output, Error = notes, EnableDefaultExceptionHandler = false });
        }
        catch (StartupException error)
        {
            notes.WriteLine(error.Message);
            exitCode = error.ExitCode;
        }

        return new ToolRun(exitCode, output + Encoding.UTF8.GetString(records.ToArray()), notes.ToString());
    }

    /// <summary>Runs a command that must succeed, and gives its output.</summary>
    public async Task<string> OutputOfAsync(params string[] arguments)
    {
        var run = await RunAsync(arguments);
        Assert.True(run.ExitCode == 0, $"{string.Join(' ', arguments)}: {run}");
        return run.Output;
    }

    /// <summary>Sends these lines; they must be taken.</summary>
    public async Task ProduceAsync(string topic, IEnumerable<string> lines, params string[] options)
    {
        var run = await RunAsync(string.Concat(lines.Select(line => line + "\n")), ["produce", topic, .. options]);
        Assert.True(run.ExitCode == 0, run.ToString());
    }
}
