using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue;

/// <summary>What listeners with SASL need of the queue, shared by all connections.</summary>
internal sealed class LoginServices(UserStore users) : IDisposable
{
    private readonly PasswordCheck _passwords = new(users);

    public UserStore Users => users;

    public ISaslExchange Begin(SaslMechanism mechanism) => mechanism.IsScram
        ? new ScramServerExchange(mechanism, users)
        : new PlainServerExchange(_passwords);

    public void Dispose()
    {
        _passwords.Dispose();
        users.Dispose();
    }
}
