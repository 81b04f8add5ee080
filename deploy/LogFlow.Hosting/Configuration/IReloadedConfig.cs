namespace LogFlow.Hosting;

/// <summary>A configuration of which a part is read again while the program runs.</summary>
public interface IReloadedConfig
{
    /// <summary>Called when it is bound.</summary>
    /// <param name="readAgain">
    /// Reads files, options and keystore anew, as the start did; throws <see cref="ConfigException"/> or
    /// <see cref="StartupException"/> as the start would.
    /// </param>
    void ReadFrom(Func<ConfigDocument> readAgain);
}
