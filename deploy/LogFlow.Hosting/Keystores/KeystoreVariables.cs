namespace LogFlow.Hosting;

/// <summary>
/// Variables whose values a keystore has. It is opened by the first variable that is looked up: who writes none needs
/// neither its password nor the right to read it.
/// </summary>
internal sealed class KeystoreVariables(Func<string> findPath)
{
    private Lazy<Keystore?> _keystore = new(() => Open(findPath()));

    /// <summary>Those of no keystore.</summary>
    public static KeystoreVariables None { get; } = new(static () => "") { _keystore = new(() => null) };

    /// <summary>The value of a name; null where no keystore has it.</summary>
    /// <exception cref="StartupException">The keystore cannot be used.</exception>
    public string? Find(string name) => _keystore.Value?.Find(name);

    private static Keystore? Open(string path)
    {
        var keystore = Keystore.Load(path, () => Environment.GetEnvironmentVariable(Keystore.PasswordVariable));
        SecretText.Learn(keystore?.Values ?? []);
        return keystore;
    }
}
