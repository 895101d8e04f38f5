"""The extensions, as instances only; create_app binds them."""

from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_talisman import Talisman
from flask_wtf import CSRFProtect

from audit_app.models.base import Base

# The tables subclass models.Base themselves; the extension brings the session and the engine.
db = SQLAlchemy(metadata=Base.metadata)
migrate = Migrate()
login = LoginManager()
csrf = CSRFProtect()
talisman = Talisman()
