using System.CommandLine;

namespace LogFlow.Processor.Tests;

/// <summary>Runs <c>setup</c> as the command line would.</summary>
internal static class SetupCall
{
    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(
        ProcessorConfig config, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var root = new RootCommand { SetupCommand.Create(_ => config) };
        var code = await root.Parse(["setup", .. arguments]).InvokeAsync(
            new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false });
        return (code, output.ToString(), error.ToString());
    }
}
