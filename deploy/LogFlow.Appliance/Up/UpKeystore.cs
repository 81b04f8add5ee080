using System.CommandLine;
using LogFlow.Hosting;

namespace LogFlow.Appliance;

/// <summary>The keystore of <c>logflow up</c>, and the command <c>logflow keystore</c>.</summary>
internal static class UpKeystore
{
    /// <summary><c>logflow.keystore</c> in the data folder.</summary>
    /// <param name="named">The folder that the command line names, which goes before the configuration.</param>
    public static KeystorePlace Place(string? named = null) => new(
        "logflow", text => DataFolder.Choose(string.IsNullOrEmpty(named) ? text("path.data") : named));

    /// <summary>The command for the root.</summary>
    public static Command Create(ConfigOptions options)
    {
        var data = DataFolder.Option();
        data.Recursive = true;
        var command = KeystoreCommand.Create(parsed => options.FindKeystore(
            parsed, UpCommand.DefaultConfigFile, Place(parsed.GetValue(data))));
        command.Add(options.Files);
        command.Add(options.Overrides);
        command.Add(data);
        return command;
    }
}
