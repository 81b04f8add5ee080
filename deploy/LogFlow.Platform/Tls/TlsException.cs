namespace LogFlow.Platform;

/// <summary>
/// TLS that cannot be set up or does not come about: a file that cannot be read, a peer that is not trusted or does not
/// trust us. The message is one sentence that names the key to change. An <see cref="IOException"/>, because to those
/// who wait for bytes it is a connection that failed.
/// </summary>
public sealed class TlsException : IOException
{
    /// <param name="message">What is wrong and what would be right.</param>
    /// <param name="innerException">What the platform said.</param>
    public TlsException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
