namespace LogFlow.Hosting;

/// <summary>Entry point of the services' executables.</summary>
public static class ServiceProgram
{
    /// <summary>Runs the executable and returns its exit code.</summary>
    public static Task<int> RunAsync<TConfig>(ServiceDefinition<TConfig> definition, string[] arguments)
        where TConfig : class, new() =>
        CommandRunner.RunAsync(new ServiceCommandLine<TConfig>(definition).Build(), arguments);
}
